import { SlackOAuthError } from '../base/errors.ts'
import { proxyFor } from '../slack/client/proxy.ts'
import type { SlackOptions } from '../slack/client/web-api.ts'
import { assertVerifiedTls, DEFAULT_SLACK_URL, parseSlackUrl } from '../slack/slack-url.ts'

/** Which Slack is asked, and for how long. */
export interface ReachOptions {
  /** The origin: `https://slack.com` unless given, `https://slack-gov.com` for GovSlack, or a sandbox. */
  readonly slackUrl?: string
  /** In seconds, 60 unless given; one request takes 30 at the very most. */
  readonly timeoutSeconds?: number
  /** Ends waiting, with its reason; what Slack has granted by then is stored first. */
  readonly signal?: AbortSignal
}

export const TIMEOUT_SECONDS = 60
const REQUEST_TIMEOUT_SECONDS = 30

/** @throws SlackOAuthError `usage` for options that make no sense */
export function slackOptionsOf(
  { slackUrl = DEFAULT_SLACK_URL, timeoutSeconds = TIMEOUT_SECONDS }: ReachOptions,
  signal: AbortSignal,
): SlackOptions {
  const origin = parseSlackUrl(slackUrl)
  return {
    slackUrl: origin,
    signal,
    // Judged when Slack is asked: no matter while a stored token is good
    get proxy() {
      assertVerifiedTls(origin, process.env)
      return proxyFor(origin, process.env)
    },
    requestTimeoutSeconds: Math.min(
      seconds('timeoutSeconds', timeoutSeconds),
      REQUEST_TIMEOUT_SECONDS,
    ),
  }
}

/** @throws SlackOAuthError `usage` unless it is a number of seconds */
export function seconds(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new SlackOAuthError('usage', `${option} is a number of seconds, not ${String(value)}`)
}
