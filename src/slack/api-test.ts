import { SlackOAuthError } from '../errors.js'
import { keptSignal } from '../kept-signal.js'
import { failedStatus, noAnswer } from './network-error.js'
import { fetchThrough } from './transport.js'
import { type SlackOptions, unexpectedResponse } from './web-api.js'

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
  const fetch = fetchThrough(options.proxy)
  const signal = AbortSignal.any([
    options.signal,
    keptSignal(AbortSignal.timeout(options.requestTimeoutSeconds * 1000)),
  ])
  const request = { method: 'POST', redirect: 'manual', signal } as const
  try {
    const response = await fetch(`${options.slackUrl}/api/${method}`, request)
    const body = await response.text()
    const milliseconds = Math.round(performance.now() - started)
    if (response.status >= 500) throw failedStatus(method, response.status)
    // A proxy's own page, or that of a network one has to sign in to
    if (!/^\s*\{.*"ok"\s*:/s.test(body)) throw unexpectedResponse(method, "is not one of Slack's")
    const date = Date.parse(response.headers.get('date') ?? '') / 1000
    const asked = now() - milliseconds / 2000
    return { milliseconds, aheadSeconds: Number.isNaN(date) ? undefined : asked - date }
  } catch (error) {
    options.signal.throwIfAborted()
    throw error instanceof SlackOAuthError ? error : noAnswer(method, error, options)
  }
}
