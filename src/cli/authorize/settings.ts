import type { Environment } from '../../base/environment.ts'
import type { Reception } from '../../flows/authorize/redirect-receiver.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import type { ManifestSettings } from '../../slack/manifest/manifest.ts'
import type { Context } from '../context.ts'
import type { SlackFlags, WaitFlags } from '../options/shared-options.ts'
import { redirectUris } from '../settings/app.ts'
import { warnOfUnregistered } from '../settings/manifest.ts'
import { slackOptions, slackUrl } from '../settings/slack.ts'
import { type ReceptionFlags, receptionFor } from './redirect-options.ts'

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
