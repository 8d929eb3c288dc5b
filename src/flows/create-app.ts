import { SlackOAuthError } from '../base/errors.ts'
import type { SlackOptions } from '../slack/client/web-api.ts'
import type { Manifest } from '../slack/manifest/manifest.ts'
import { type CreatedApp, createApp } from '../slack/methods/apps-manifest.ts'
import { appsUrl, DEFAULT_SLACK_URL } from '../slack/slack-url.ts'
import { reserveFile } from './transfer/write-file.ts'

export interface CreateAppRequest {
  readonly manifest: Manifest
  readonly configToken: string
  /** Where the credentials go: a file that is not there yet. */
  readonly envFile: string
  /** What an installation of the app asks for, so that it needs no options. */
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
  readonly redirectUris: readonly string[]
}

/**
 * Makes an app at Slack, and an env file with all that `install` needs to know of it. The file is
 * made first: the secrets of an app that is there already are not to be lost for want of a place.
 *
 * @throws SlackOAuthError `usage` where the file is there; `output_failed`; as {@link createApp}
 */
export async function createAppWithEnvFile(
  slack: SlackOptions,
  request: CreateAppRequest,
): Promise<CreatedApp> {
  const file = await reserveFile(request.envFile)
  let app: CreatedApp | undefined
  try {
    app = await createApp(request.manifest, request.configToken, slack)
    await file.write(envText(app, request, slack))
    return app
  } catch (error) {
    await file.discard()
    if (!(error instanceof SlackOAuthError)) throw error
    throw app ? notWritten(app, error, slack) : unclear(error, slack)
  }
}

function notWritten(
  app: CreatedApp,
  cause: SlackOAuthError,
  { slackUrl }: SlackOptions,
): SlackOAuthError {
  return new SlackOAuthError(
    cause.code,
    `The app ${app.appId} was made, and its credentials were not written: ${cause.message}`,
    { hint: `They are under Basic Information at ${appsUrl(slackUrl)}/${app.appId}`, cause },
  )
}

/** Without an answer, nobody here knows whether there is an app. */
function unclear(error: SlackOAuthError, { slackUrl }: SlackOptions): SlackOAuthError {
  if (error.code !== 'slack_unavailable' && error.code !== 'unexpected_response') return error
  return new SlackOAuthError(error.code, error.message, {
    hint: `The app may have been made all the same: look at ${appsUrl(slackUrl)} before you try again`,
    cause: error,
  })
}

function envText(
  app: CreatedApp,
  { scopes, userScopes, redirectUris }: CreateAppRequest,
  { slackUrl }: SlackOptions,
): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['SLACK_CLIENT_ID', app.clientId],
    ['SLACK_CLIENT_SECRET', app.clientSecret],
    ['SLACK_SIGNING_SECRET', app.signingSecret],
    ['SLACK_REDIRECT_URI', redirectUris[0]],
    ['SLACK_SCOPES', scopes.join(',')],
    ['SLACK_USER_SCOPES', userScopes.join(',')],
    ['SLACK_OAUTH_SLACK_URL', slackUrl === DEFAULT_SLACK_URL ? undefined : slackUrl],
  ]
  const settings = lines.filter(([, value]) => value).map(([name, value]) => `${name}=${value}\n`)
  return `# The app ${app.appId}: ${appsUrl(slackUrl)}/${app.appId}\n${settings.join('')}`
}
