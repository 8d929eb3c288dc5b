import type { Environment } from '../base/environment.ts'
import { SlackOAuthError } from '../base/errors.ts'
import { redactUrl } from '../base/redact.ts'
import { isLoopback } from './authorize/redirect-uri.ts'

export const DEFAULT_SLACK_URL = 'https://slack.com'

/** Slack's own: any other is somebody's network or sandbox. */
export const SLACK_URLS: readonly string[] = [DEFAULT_SLACK_URL, 'https://slack-gov.com']

/**
 * Where apps are made and set up: api.slack.com beside slack.com, and with GovSlack likewise. A sandbox
 * answers for itself.
 */
export function appsUrl(slackUrl: string): string {
  const { protocol, host } = new URL(slackUrl)
  return protocol === 'https:' ? `https://api.${host}/apps` : `${slackUrl}/apps`
}

/**
 * The origin of Slack (`https://slack.com`, GovSlack's `https://slack-gov.com`, or a sandbox).
 * Client secrets are sent there, so it must be https, or http on this machine.
 *
 * @throws SlackOAuthError `usage`
 */
export function parseSlackUrl(text: string): string {
  const refuse = (rule: string) =>
    new SlackOAuthError('usage', `The Slack URL ${JSON.stringify(redactUrl(text))} ${rule}`, {
      hint: `Use an origin like ${DEFAULT_SLACK_URL}, or http://localhost:PORT for a sandbox`,
    })
  if (!URL.canParse(text)) throw refuse('is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw refuse('is neither https nor http on localhost')
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw refuse('holds more than an origin')
  }
  return url.origin
}

/**
 * Refuses to send secrets to a server that nothing has verified. `NODE_TLS_REJECT_UNAUTHORIZED=0` turns the
 * check of certificates off in the whole process, and stays set after whatever it was meant for.
 *
 * @throws SlackOAuthError `usage`, but not for a Slack on this machine
 * @see https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue
 */
export function assertVerifiedTls(slackUrl: string, env: Environment): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0' || isLoopback(new URL(slackUrl))) return
  throw new SlackOAuthError(
    'usage',
    `NODE_TLS_REJECT_UNAUTHORIZED=0 would send secrets to ${new URL(slackUrl).host} without checking its certificate`,
    {
      hint: 'Unset it; where a proxy or a private server has a certificate of its own, name its authority in NODE_EXTRA_CA_CERTS',
    },
  )
}

/**
 * The page of an app's settings, where it is known: on Slack itself, and on no sandbox.
 *
 * @see https://api.slack.com/apps
 */
export function appPageUrl(appId: string, slackUrl: string): string | undefined {
  if (slackUrl !== DEFAULT_SLACK_URL) return undefined
  return `https://api.slack.com/apps/${encodeURIComponent(appId)}`
}
