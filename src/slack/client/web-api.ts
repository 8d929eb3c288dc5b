import { keptSignal, pause } from '../../base/abort.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { failedStatus, noAnswer } from './network-errors.ts'
import { fetchThrough, type HttpProxy } from './proxy.ts'
import { type Pace, RateLimit } from './rate-limit.ts'
import { slackError } from './slack-error.ts'

/** How to reach Slack, and for how long. */
export interface SlackOptions {
  /** The origin, as {@link parseSlackUrl} gives it. */
  readonly slackUrl: string
  readonly signal: AbortSignal
  /** Ends a pause between two requests and what would follow; `signal` unless given. */
  readonly pauseSignal?: AbortSignal
  /** Of one request, from the first byte sent to the last received. */
  readonly requestTimeoutSeconds: number
  /** As {@link proxyFor} finds it. */
  readonly proxy?: HttpProxy | undefined
  /** How long a pause that Slack asks for may be (429); 30 unless given. */
  readonly longestRetryAfterSeconds?: number
  /** For calls that go together: a 429 to one holds back the others as well. */
  readonly pace?: Pace
}

/** The app at Slack that a request speaks for. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/** An app whose secret may be missing: a public client, as PKCE makes it. */
export interface AppClient {
  readonly clientId: string
  readonly clientSecret?: string | undefined
}

export interface SlackCall {
  readonly method: string
  readonly parameters?: Record<string, string>
  /**
   * HTTP Basic, as Slack prefers it (oauth.v2.access), or a Bearer token. Without it, the parameters
   * say who calls.
   */
  readonly authorization?: ClientCredentials | { readonly token: string }
  /**
   * How often to try again after a fault in between. None for a code exchange: the code may be
   * spent. A 429 is always tried again, since then Slack has done nothing.
   */
  readonly retries: number
  /** What an `ok: false` means to this method, where its word alone does not tell. */
  refused?(word: string, body: unknown): SlackOAuthError | undefined
}

/** Longer than this is no pause any more: the caller hears of the rate limit instead. */
const LONGEST_RETRY_AFTER_SECONDS = 30
const RATE_LIMIT_RETRIES = 3

/**
 * One call of Slack's Web API; resolves with the body of an `ok: true`.
 *
 * @throws SlackOAuthError by {@link slackError} for an `ok: false`; `slack_unavailable`,
 *   `rate_limited` or `unexpected_response` when no such answer came
 */
export async function callSlack(call: SlackCall, options: SlackOptions): Promise<unknown> {
  const longest = options.longestRetryAfterSeconds ?? LONGEST_RETRY_AFTER_SECONDS
  let [faults, limits] = [0, 0]
  for (;;) {
    try {
      await keepPace(call.method, options, longest)
      return await callOnce(call, options)
    } catch (error) {
      options.signal.throwIfAborted()
      const failure = await translate(call, error, options)
      const wait = failure instanceof RateLimit ? failure.retryAfterSeconds : 2 ** faults / 2
      if (failure instanceof RateLimit) {
        options.pace?.pauseFor(wait)
        if (wait > longest || limits++ >= RATE_LIMIT_RETRIES) throw failure
      } else if (failure.code !== 'slack_unavailable' || faults++ >= call.retries) {
        throw failure
      }
      await pause(wait, options.pauseSignal ?? options.signal)
    }
  }
}

/** Waits out the pause that another call was asked for; one that is too long is this call's as well. */
async function keepPace(method: string, options: SlackOptions, longest: number): Promise<void> {
  for (;;) {
    const wait = options.pace?.pauseSeconds() ?? 0
    if (wait === 0) return
    if (wait > longest) throw new RateLimit(method, String(Math.ceil(wait)))
    await pause(wait, options.pauseSignal ?? options.signal)
  }
}

async function callOnce(call: SlackCall, options: SlackOptions): Promise<unknown> {
  const { LogLevel, WebClient } = await import('@slack/web-api')
  const { authorization } = call
  const token = authorization && 'token' in authorization ? authorization.token : undefined
  const headers =
    authorization && 'clientId' in authorization ? { Authorization: basic(authorization) } : {}
  const client = new WebClient(token, {
    slackApiUrl: `${options.slackUrl}/api/`,
    allowAbsoluteUrls: false,
    headers,
    timeout: options.requestTimeoutSeconds * 1000,
    // Retries are ours: the client's own last half an hour and hear no signal
    retryConfig: { retries: 0 },
    // It logs request bodies, and does not redact `client_secret` there
    logger: { ...noLog, getLevel: () => LogLevel.ERROR },
    fetch: async (url, init) => {
      const signals = [options.signal, ...(init?.signal ? [keptSignal(init.signal)] : [])]
      const fetch = fetchThrough(options.proxy)
      const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) })
      if (response.status !== 429) return response
      await response.body?.cancel()
      throw new RateLimit(call.method, response.headers.get('retry-after'))
    },
  })
  return client.apiCall(call.method, call.parameters)
}

const noLog = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} }

async function translate(
  { method, refused }: SlackCall,
  error: unknown,
  options: SlackOptions,
): Promise<SlackOAuthError> {
  const { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } = await import(
    '@slack/web-api'
  )
  if (error instanceof WebAPIPlatformError) {
    const word: unknown = error.data.error
    if (typeof word !== 'string') return unexpectedResponse(method, 'refuses and says no reason')
    // The client hands on a body that is not JSON as if it were the error word
    if (/^[\w.:-]{1,100}$/.test(word)) {
      return refused?.(word, error.data) ?? slackError(method, word, options.slackUrl)
    }
    return unexpectedResponse(method, 'was not JSON')
  }
  if (error instanceof WebAPIHTTPError) return failedStatus(method, error.statusCode)
  const cause = error instanceof WebAPIRequestError ? error.original : error
  if (cause instanceof SlackOAuthError) return cause
  return noAnswer(method, cause, options)
}

/** For an answer that says `ok: true` and lacks what Slack documents, or is no answer of Slack's. */
export function unexpectedResponse(method: string, what: string): SlackOAuthError {
  return new SlackOAuthError('unexpected_response', `The answer to ${method} ${what}`, {
    hint: 'Is a proxy between this machine and Slack? Try again later',
  })
}

function basic({ clientId, clientSecret }: ClientCredentials): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
}
