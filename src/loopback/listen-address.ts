import type { IncomingMessage } from 'node:http'
import { SlackOAuthError } from '../base/errors.ts'

/** Both of them, as explicit sockets, never `::` or 0.0.0.0: `localhost` may be either to a browser. */
export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1']

/** Where to listen on this machine. */
export interface ListenAddress {
  readonly port: number
  readonly addresses: readonly string[]
  /** As people and tunnels name it: `localhost:8910`. */
  readonly name: string
}

const HOSTS = new Map([
  ['localhost', LOOPBACK_ADDRESSES],
  ['127.0.0.1', ['127.0.0.1']],
  ['[::1]', ['::1']],
])

export const DEFAULT_LISTEN = 'localhost:8910'

/**
 * `127.0.0.1:8910`, `[::1]:8910`, or for both `localhost:8910` or the port alone.
 *
 * @throws SlackOAuthError `usage` for anything that other machines could reach
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, host = 'localhost', digits = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text.trim()) ?? []
  const port = Number(digits)
  const addresses = HOSTS.get(host.toLowerCase())
  if (digits !== '' && !addresses) {
    throw new SlackOAuthError('usage', `${text} is not an address of this machine alone`, {
      hint: `Only a tunnel on this machine is to reach it: --listen ${DEFAULT_LISTEN}`,
    })
  }
  if (!addresses || port < 1 || port > 65_535) {
    throw new SlackOAuthError('usage', `${text} is no address to listen on`, {
      hint: `It looks like ${DEFAULT_LISTEN}, 127.0.0.1:8910 or [::1]:8910`,
    })
  }
  return { port, addresses, name: `${host.toLowerCase()}:${port}` }
}

/** Where a loopback redirect URI is received: at its own port, on both addresses. */
export function addressOf({ port, protocol, hostname }: URL): ListenAddress {
  const number = Number(port || (protocol === 'https:' ? 443 : 80))
  return { port: number, addresses: LOOPBACK_ADDRESSES, name: `${hostname}:${number}` }
}

/**
 * What a request for us may have as its Host: this machine's names with our port, and those of the
 * redirect URI, which a tunnel passes on. Any other is a page that made its own name lead here.
 */
export function allowedHosts(
  redirectUri: URL,
  { port }: Pick<ListenAddress, 'port'>,
): ReadonlySet<string> {
  const names = ['localhost', '127.0.0.1', '[::1]']
  const defaultPort = redirectUri.protocol === 'https:' ? 443 : 80
  return new Set([
    ...names.map((name) => `${name}:${port}`),
    // Of http or of https, as the browser has it, whatever a tunnel makes of that
    ...(port === 80 || port === 443 ? names : []),
    redirectUri.host,
    ...(redirectUri.port ? [] : [`${redirectUri.hostname}:${defaultPort}`]),
  ])
}

/**
 * What a request is refused with for its Host: 421 for one that is not ours, 400 for several, of which a
 * proxy before us may have judged another than we would (RFC 9112 section 3.2).
 */
export function refusedHost(
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
  allowed: ReadonlySet<string>,
): 400 | 421 | undefined {
  const [host = '', ...others] = headersDistinct.host ?? []
  if (others.length > 0) return 400
  return allowed.has(host.toLowerCase()) ? undefined : 421
}

/**
 * Whether a browser asks ahead of its person, who may never follow: such a request is answered without being
 * taken. https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header
 */
export function isPrefetch({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-purpose'], headers['x-moz']]
  return purposes.some((purpose) =>
    /\b(?:prefetch|prerender|preview)\b/i.test(String(purpose ?? '')),
  )
}
