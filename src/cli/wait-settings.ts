import type { Reception } from '../flows/reception.js'
import type { ManifestSettings } from '../slack/manifest.js'
import type { SlackOptions } from '../slack/web-api.js'
import type { Context } from './context.js'
import { warnOfUnregistered } from './manifest-settings.js'
import type { SlackFlags, WaitFlags } from './options.js'
import { type ReceptionFlags, receptionFor } from './reception-options.js'
import { redirectUris, slackUrl } from './settings.js'
import { slackOptions } from './slack-options.js'

/** What the options say of the wait for a person on Slack's page, whatever they are asked there. */
export interface WaitSettings {
  readonly request: {
    readonly redirectUris: readonly URL[]
    readonly team?: string
    readonly timeoutSeconds: number
  }
  readonly reception: Reception
  readonly slack: SlackOptions
}

/** @throws SlackOAuthError as {@link redirectUris} and {@link receptionFor} */
export async function waitSettings(
  context: Context,
  env: Context['env'],
  flags: SlackFlags & WaitFlags & ReceptionFlags,
  manifest: ManifestSettings,
): Promise<WaitSettings> {
  const uris = redirectUris(env, flags, manifest)
  await warnOfUnregistered(context, uris, manifest)
  return {
    request: {
      redirectUris: uris,
      ...(flags.team && { team: flags.team }),
      timeoutSeconds: flags.timeout,
    },
    reception: receptionFor(context, flags, uris),
    slack: slackOptions(context, slackUrl(env, flags), flags),
  }
}
