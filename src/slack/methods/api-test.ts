import { failedStatus } from '../client/network-errors.ts'
import { askOnce } from '../client/post-once.ts'
import { type SlackOptions, unexpectedResponse } from '../client/web-api.ts'

/** That Slack answers, how long it took, and what its clock says. */
export interface ApiTest {
  readonly milliseconds: number
  /** By how many seconds this machine's clock is ahead of Slack's, which tells whole seconds. */
  readonly aheadSeconds: number | undefined
}

/**
 * Asks Slack for nothing, and says nothing about anybody. Never tried again.
 *
 * @param now Unix time in seconds
 * @throws SlackOAuthError `slack_unavailable`, `proxy_refused`, `rate_limited`, `unexpected_response`
 * @see https://docs.slack.dev/reference/methods/api.test
 */
export async function apiTest(options: SlackOptions, now: () => number): Promise<ApiTest> {
  const method = 'api.test'
  const started = performance.now()
  const url = `${options.slackUrl}/api/${method}`
  const { status, headers, text } = await askOnce(method, url, {}, options)
  const milliseconds = Math.round(performance.now() - started)
  if (status >= 500) throw failedStatus(method, status)
  // A proxy's own page, or that of a network one has to sign in to
  if (!/^\s*\{.*"ok"\s*:/s.test(text)) throw unexpectedResponse(method, "is not one of Slack's")
  const date = Date.parse(headers.get('date') ?? '') / 1000
  const asked = now() - milliseconds / 2000
  return { milliseconds, aheadSeconds: Number.isNaN(date) ? undefined : asked - date }
}
