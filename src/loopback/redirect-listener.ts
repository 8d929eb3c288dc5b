import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Certificate } from './certificate/certificate.ts'
import { allowedHosts, isPrefetch, type ListenAddress, refusedHost } from './listen-address.ts'
import { listenOnLoopback } from './loopback-server.ts'
import { PAGE_HEADERS, type PageContent, renderPage } from './page.ts'
import { isFromOtherUser } from './ports.ts'

/** How long a browser may take to follow us to the closing page before the port is given back. */
const FOLLOW_MILLISECONDS = 2_000

/** What the browser is told about one request to the redirect URI. */
export interface Answer {
  readonly status: number
  readonly page: PageContent
  /** Whether it ends the flow. It is then shown at an address of its own, without the code. */
  readonly isLast: boolean
}

export interface ListenOptions {
  /** Where the short start URL leads. */
  readonly authorizeUrl: string
  readonly address: ListenAddress
  /** TLS is spoken where there is one. */
  readonly certificate?: Certificate
  /** Shown on our pages as what to return to. */
  readonly command: string
  /** Hears of a use of the start URL that the person at the terminal should know of. */
  onMisuse(what: string): void
  /**
   * Judges a GET of the redirect URI, by its parameters alone.
   */
  onRedirect(parameters: URLSearchParams): Promise<Answer>
}

export interface RedirectListener {
  /**
   * An address of this machine, `http://localhost:PORT/…`, which leads to the authorize URL once. It is what a browser is
   * started with: the process list shows that to every user of the machine, and the authorize URL
   * holds the state.
   */
  readonly startUrl: string
  /** Frees the port, after the last answer has reached the browser. */
  close(): Promise<void>
}

/**
 * Receives redirects on this machine: at the path of the redirect URI, for requests whose Host is ours
 * (a page of another origin can make its own name lead here: DNS rebinding). What a tunnel says of a
 * request by X-Forwarded headers is never looked at.
 *
 * @throws SlackOAuthError `port_in_use`
 */
export async function listenForRedirect(
  redirectUri: URL,
  options: ListenOptions,
): Promise<RedirectListener> {
  const { address, certificate } = options
  const startPath = `/start/${randomBytes(16).toString('base64url')}`
  const allowedOrigin = new URL(options.authorizeUrl).origin
  const hosts = allowedHosts(redirectUri, address)
  let started = false
  const closingPages = new Map<string, Answer & { served: () => void }>()
  const underWay = new Set<Promise<void>>()

  const sockets = await listenOnLoopback(address, certificate, (request, response) => {
    response.on('error', () => {}) // the browser went away: its loss
    answer(request, response).catch((error: unknown) => response.destroy(toError(error)))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusedHost(request, hosts)
    if (refusal !== undefined) {
      const page = notice('Not this address', 'This server is for localhost only.')
      return send(response, refusal, page)
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    const isRedirect = url.pathname === redirectUri.pathname
    if (!isRedirect && url.pathname !== startPath && !closingPages.has(url.pathname)) {
      return send(response, 404, notice('Nothing here', 'This server waits for one redirect only.'))
    }
    if (request.method === 'OPTIONS' && request.headers.origin === allowedOrigin) {
      return allowPrivateNetwork(response, allowedOrigin)
    }
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET')
      return send(response, 405, notice('Not this way', 'This server answers to GET only.'))
    }
    if (isPrefetch(request)) {
      return send(response, 503, notice('Not yet', 'Open this page to go on.'))
    }
    if (url.pathname === startPath) return start(request, response)
    if (!isRedirect) return showClosingPage(url.pathname, response)

    // Known to close() before the answer is: the flow may end with it at once
    const { promise, resolve } = deferred()
    underWay.add(promise)
    promise.then(() => underWay.delete(promise))
    const redirectAnswer = await options.onRedirect(url.searchParams)
    if (redirectAnswer.isLast) return sendToClosingPage(response, redirectAnswer, resolve)
    response.once('close', resolve)
    send(response, redirectAnswer.status, redirectAnswer.page)
  }

  async function start(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The process list shows the start URL to every user: one who is faster would learn the state
    if (await isFromOtherUser(request.socket.remotePort ?? 0, address.port)) {
      options.onMisuse('Another user of this machine tried to take part in this sign-in')
      send(response, 403, notice('Not for you', 'This link is for the user who ran the command.'))
      return
    }
    if (started) {
      options.onMisuse('The link that your browser was opened with was used a second time')
      const sentence =
        'It works once. If it was not you who opened it, stop the command with Ctrl-C and run it again.'
      send(response, 410, notice('This link was used before', sentence))
      return
    }
    started = true
    response.writeHead(302, {
      ...PAGE_HEADERS,
      Location: options.authorizeUrl,
      Connection: 'close',
    })
    response.end()
  }

  /** The browser's history keeps the address of the last page: one without code and state. */
  function sendToClosingPage(response: ServerResponse, last: Answer, served: () => void): void {
    // Below the redirect URI, the one path that a tunnel is sure to pass on
    const path = `${redirectUri.pathname.replace(/\/$/, '')}/done/${randomBytes(8).toString('base64url')}`
    closingPages.set(path, { ...last, served })
    // One that went away follows nowhere
    if (response.destroyed) served()
    response.writeHead(303, { ...PAGE_HEADERS, Location: path })
    response.end(renderPage(last.page))
  }

  function showClosingPage(path: string, response: ServerResponse): void {
    const closing = closingPages.get(path)
    if (!closing) return
    response.once('close', closing.served)
    send(response, closing.status, closing.page)
  }

  function notice(title: string, sentence: string): PageContent {
    return { tone: 'notice', title, paragraphs: [sentence], command: options.command }
  }

  return {
    startUrl: `${certificate ? 'https' : 'http'}://${address.name}${startPath}`,
    async close() {
      const enough = new AbortController()
      await Promise.race([
        Promise.all(underWay),
        sleep(FOLLOW_MILLISECONDS, undefined, { signal: enough.signal }),
      ])
      enough.abort()
      await sockets.close()
    },
  }
}

function send(response: ServerResponse, status: number, page: PageContent): void {
  response.writeHead(status, { ...PAGE_HEADERS, Connection: 'close' })
  response.end(renderPage(page))
}

/**
 * Chrome asks before it lets a public page reach this machine; the request itself follows.
 * https://wicg.github.io/private-network-access
 */
function allowPrivateNetwork(response: ServerResponse, origin: string): void {
  response.writeHead(204, {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET',
    'Access-Control-Allow-Private-Network': 'true',
    'Access-Control-Allow-Local-Network': 'true',
    'Cache-Control': 'no-store',
    Connection: 'close',
  })
  response.end()
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
