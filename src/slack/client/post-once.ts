import { keptSignal } from '../../base/abort.ts'
import { noAnswer } from './network-errors.ts'
import { fetchThrough } from './proxy.ts'
import type { SlackOptions } from './web-api.ts'

export interface WholeAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * One POST, never tried again and never led elsewhere, with the whole answer.
 *
 * @param method what an error calls it
 * @throws SlackOAuthError `slack_unavailable`, `proxy_refused`
 */
export async function askOnce(
  method: string,
  url: string,
  request: Pick<RequestInit, 'headers' | 'body'>,
  options: SlackOptions,
): Promise<WholeAnswer> {
  const fetch = fetchThrough(options.proxy)
  const timeout = keptSignal(AbortSignal.timeout(options.requestTimeoutSeconds * 1000))
  const signal = AbortSignal.any([options.signal, timeout])
  try {
    const response = await fetch(url, { ...request, method: 'POST', redirect: 'manual', signal })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    options.signal.throwIfAborted()
    throw noAnswer(method, error, options)
  }
}
