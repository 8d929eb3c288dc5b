import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { SlackOAuthError } from '../base/errors.ts'

/** Of a fetch `Request`, or of Node's `IncomingMessage`; names in any case. */
export type RequestHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** `stale` is a timestamp too far from now, in either direction; `forged` any other wrong one. */
export type SignatureVerdict = 'valid' | 'missing' | 'stale' | 'forged'

export interface SignatureVerifierOptions {
  /** Under Basic Information of the app; used as it is, not hex-decoded. */
  readonly signingSecret: string
  /** Unix time in seconds. */
  now?(): number
}

export interface SignatureContent {
  /** `X-Slack-Request-Timestamp`: whole Unix seconds. */
  readonly timestamp: string | number
  /** As it came: a body that was parsed and written again has other bytes. */
  readonly body: string | Uint8Array
}

/** Slack's own limit against replays. */
const MAX_AGE_SECONDS = 300

/**
 * Tells requests of Slack's from all others, by the signature over the raw body.
 *
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @example
 * import { buffer } from 'node:stream/consumers'
 * import { SignatureVerifier } from 'slack-oauth'
 *
 * const verifier = new SignatureVerifier({ signingSecret: process.env.SLACK_SIGNING_SECRET ?? '' })
 *
 * const body = await buffer(request)
 * response.writeHead(verifier.isValidRequest(body, request.headers) ? 200 : 401).end()
 */
export class SignatureVerifier {
  readonly #key: KeyObject
  readonly #now: () => number

  /** @throws SlackOAuthError `missing_setting` for an empty secret, by which anybody could sign */
  constructor(options: SignatureVerifierOptions) {
    const { signingSecret, now = () => Date.now() / 1000 } = options
    if (typeof signingSecret !== 'string' || signingSecret === '') {
      throw new SlackOAuthError('missing_setting', "The app's signing secret is not set", {
        hint: 'It is under Basic Information at https://api.slack.com/apps',
      })
    }
    this.#key = createSecretKey(signingSecret, 'utf8')
    this.#now = now
  }

  /**
   * @param body as it came: a string or bytes
   * @throws SlackOAuthError `usage` for a body that was parsed, or is no string and no bytes
   */
  isValidRequest(body: string | Uint8Array, headers: RequestHeaders): boolean {
    return this.judge(body, headers) === 'valid'
  }

  /** What is to be thought of a request, for a log; only `valid` lets it in. */
  judge(body: string | Uint8Array, headers: RequestHeaders): SignatureVerdict {
    assertRaw(body)
    const verdict = this.judgeHeaders(headers)
    if (verdict !== 'valid') return verdict
    const timestamp = headerOf(headers, 'x-slack-request-timestamp') ?? ''
    const given = Buffer.from(headerOf(headers, 'x-slack-signature') ?? '')
    const expected = Buffer.from(this.generate({ timestamp, body }))
    const isSame = given.length === expected.length && timingSafeEqual(given, expected)
    return isSame ? 'valid' : 'forged'
  }

  /** As {@link judge}, of what can be told before the body is read: `valid` says nothing more. */
  judgeHeaders(headers: RequestHeaders): SignatureVerdict {
    const timestamp = headerOf(headers, 'x-slack-request-timestamp')
    const signature = headerOf(headers, 'x-slack-signature')
    if (!timestamp || !signature) return 'missing'
    if (!/^\d{1,15}$/.test(timestamp)) return 'forged'
    return Math.abs(this.#now() - Number(timestamp)) > MAX_AGE_SECONDS ? 'stale' : 'valid'
  }

  /**
   * The signature that Slack would send, `v0=…`: for tests, and for what stands in for Slack.
   *
   * @throws SlackOAuthError `usage` for a body that was parsed, or is no string and no bytes
   */
  generate(content: SignatureContent): string {
    const { timestamp, body } = content
    assertRaw(body)
    const hmac = createHmac('sha256', this.#key).update(`v0:${timestamp}:`).update(body)
    return `v0=${hmac.digest('hex')}`
  }
}

/** @throws SlackOAuthError `usage` for a body that is not as it came */
function assertRaw(body: unknown): asserts body is string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return
  const isBuffer = body instanceof ArrayBuffer
  const what = isBuffer ? 'an ArrayBuffer' : body === undefined ? 'undefined' : 'a parsed object'
  throw new SlackOAuthError('usage', `The body of the request is ${what}, and not its bytes`, {
    hint: isBuffer
      ? 'Give new Uint8Array(body)'
      : "The signature is over the bytes as they came. Take them before a parser does: await request.text() of a fetch Request, buffer(request) of node:stream/consumers, express.raw({ type: '*/*' }) in Express",
  })
}

function headerOf(headers: RequestHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  // Node has them in lower case
  const value = headers[name] ?? anyCase(headers, name)
  return typeof value === 'string' ? value : undefined
}

function anyCase(
  headers: Exclude<RequestHeaders, Headers>,
  name: string,
): string | readonly string[] | undefined {
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name)
  return key === undefined ? undefined : headers[key]
}
