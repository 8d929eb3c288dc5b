import type { Environment } from '../../base/environment.js'
import type { Reception } from '../../flows/authorize/redirect-receiver.js'
import type { SlackOptions } from '../../slack/client/web-api.js'
import type { ManifestSettings } from '../../slack/manifest/manifest.js'
import type { Context } from '../context.js'
import type { SlackFlags, WaitFlags } from '../options/shared-options.js'
import { redirectUris } from '../settings/app.js'
import { warnOfUnregistered } from '../settings/manifest.js'
import { slackOptions, slackUrl } from '../settings/slack.js'
import { type ReceptionFlags, receptionFor } from './redirect-options.js'

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
  env: Environment,
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
