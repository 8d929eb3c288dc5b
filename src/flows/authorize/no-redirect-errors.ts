import { SlackOAuthError } from '../../base/errors.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'
import { appsUrl } from '../../slack/slack-url.ts'

/** What the person may have seen in the browser: Slack shows its errors there, and tells us nothing. */
export interface NoRedirect {
  readonly redirectUri: URL
  readonly slackUrl: string
  /** Where known: the page of its settings is then named. */
  readonly appId?: string | undefined
}

/** The wait is over and nobody came: what to look at, the likeliest first. */
export function timedOut(seconds: number, nobody: NoRedirect): SlackOAuthError {
  const { redirectUri } = nobody
  return new SlackOAuthError(
    'timed_out',
    `Nobody came back from Slack's page within ${seconds} seconds`,
    {
      hint: `If Slack's page said that redirect_uri did not match, ${register(nobody)}`,
      furtherHints: [
        `If the browser could not open ${redirectUri.origin}: ${reachUs(redirectUri)}`,
        'If Slack refused the workspace: an app that is not distributed installs only where it was made',
        'If an administrator has to approve the app: run the command again once that is done',
        'If the window was closed, or took long: run the command again, with a longer --timeout',
      ],
    },
  )
}

/** Who gives up has often seen the one error that is the likeliest. */
export function givenUp(reason: unknown, nobody: NoRedirect): unknown {
  if (!(reason instanceof SlackOAuthError) || reason.code !== 'interrupted') return reason
  return new SlackOAuthError(reason.code, reason.message, {
    hint: `If Slack's page said that redirect_uri did not match, ${register(nobody)}`,
    cause: reason,
  })
}

function reachUs(redirectUri: URL): string {
  return isLoopback(redirectUri)
    ? 'it is on another machine, so forward the port or use --paste'
    : 'the tunnel has to lead to this machine, or use --paste'
}

function register({ redirectUri, slackUrl, appId }: NoRedirect): string {
  const apps = appsUrl(slackUrl)
  const page = appId ? `${apps}/${appId}/oauth` : `${apps}, under OAuth & Permissions`
  return `register exactly ${redirectUri.href} on ${page}`
}
