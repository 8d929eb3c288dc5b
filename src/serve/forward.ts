import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { readAll } from './read-body.ts'
import type { Answer } from './response.ts'

export interface ForwardTarget {
  /** With a path of its own all requests go there; else each to the path that it came on. */
  readonly url: URL
  /** The header that carries the token to a program on this machine. */
  readonly tokenHeader?: string
}

/** A request whose signature is known to be right, as it came. */
export interface VerifiedRequest {
  readonly path: string
  /** Its query, from the question mark on, or nothing. */
  readonly search: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Forwarder {
  /** Rejects when no whole answer comes, with why in words. */
  forward(request: VerifiedRequest, token: string | undefined): Promise<Answer>
  close(): void
}

/** Slack waits for three seconds; an app may have more to do after that. */
const LONGEST_SECONDS = 30
const MOST_AT_ONCE = 256
const MOST_ANSWER_BYTES = 1024 * 1024

/** RFC 9110 section 7.6.1: they are about one connection, and that is another. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A query of the target's own stands. */
function onwardUrl(target: URL, { path, search }: VerifiedRequest): URL {
  const url = target.pathname === '/' ? new URL(path, target) : new URL(target)
  if (url.search === '') url.search = search
  return url
}

export function createForwarder({ url, tokenHeader }: ForwardTarget): Forwarder {
  const isTls = url.protocol === 'https:'
  const agent = new (isTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: MOST_AT_ONCE })
  let underWay = 0

  function send(incoming: VerifiedRequest, token: string | undefined): Promise<Answer> {
    const { promise, resolve, reject } = withResolvers<Answer>()
    const outgoing = (isTls ? tlsRequest : request)(
      onwardUrl(url, incoming),
      {
        agent,
        method: 'POST',
        headers: {
          ...onward(incoming.headers, ['host', 'expect', ...(tokenHeader ? [tokenHeader] : [])]),
          'content-length': incoming.body.length,
          ...(tokenHeader && token !== undefined && { [tokenHeader]: token }),
        },
        signal: AbortSignal.timeout(LONGEST_SECONDS * 1000),
      },
      (response) => answerOf(response).then(resolve, reject),
    )
    outgoing.on('error', reject)
    outgoing.end(incoming.body)
    return promise
  }

  return {
    async forward(incoming, token) {
      if (underWay >= MOST_AT_ONCE) throw new Error(`${underWay} requests wait for it already`)
      underWay++
      try {
        return await send(incoming, token)
      } catch (error) {
        throw new Error(inWords(error), { cause: error })
      } finally {
        underWay--
      }
    },
    close: () => agent.destroy(),
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const body = await readAll(response, MOST_ANSWER_BYTES)
  if (body === undefined) {
    response.destroy()
    throw new Error('its answer is longer than 1 MB')
  }
  return {
    status: response.statusCode ?? 502,
    headers: { ...onward(response.headers, []), 'content-length': body.length },
    body,
  }
}

/** Headers as they go on: all but those of the connection, the ones that it names included. */
function onward(headers: IncomingHttpHeaders, without: readonly string[]): IncomingHttpHeaders {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? []
  const dropped = new Set([...named, ...without].map(asRead))
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !dropped.has(asRead(name))),
  )
}

/** CGI and WSGI (RFC 3875 section 4.1.18) give an app `X_Token` and `X-Token` by one name. */
function asRead(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

/** A code, where there is one: what the network says may repeat an address or a header. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return `no answer within ${LONGEST_SECONDS} seconds`
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  return { promise, resolve, reject }
}
