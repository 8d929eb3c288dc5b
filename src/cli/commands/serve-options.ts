import { InvalidArgumentError } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import { redactUrl } from '../../base/redact.ts'
import type { ForwardTarget } from '../../serve/forward.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'

export interface ForwardFlags {
  readonly forward?: string
  readonly tokenHeader?: string
}

/** They have a meaning of their own, which a token would break or change. */
const TAKEN =
  /^(x-slack-(signature|request-timestamp|retry-.*)|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|cookie)$/i

/**
 * Where verified requests go on to.
 *
 * @throws SlackOAuthError `usage`: a token goes to programs on this machine alone
 */
export function forwardTarget({ forward, tokenHeader }: ForwardFlags): ForwardTarget | undefined {
  if (forward === undefined) {
    if (tokenHeader === undefined) return undefined
    throw new SlackOAuthError('usage', '--token-header is for --forward: nothing is forwarded')
  }
  const url = URL.canParse(forward) ? new URL(forward) : undefined
  if ((url?.protocol !== 'http:' && url?.protocol !== 'https:') || url.username || url.password) {
    throw new SlackOAuthError('usage', `Cannot forward to ${JSON.stringify(redactUrl(forward))}`, {
      hint: 'Name the URL of your app, such as http://localhost:3000',
    })
  }
  if (tokenHeader === undefined) return { url }
  if (!isLoopback(url)) {
    throw new SlackOAuthError('usage', `${url.host} is another machine, which gets no token`, {
      hint: 'Leave out --token-header, or forward to localhost',
    })
  }
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(tokenHeader) || TAKEN.test(tokenHeader)) {
    throw new SlackOAuthError('usage', `No token can go into a header ${tokenHeader}`, {
      hint: 'Use a name of your own, such as X-Slack-Token',
    })
  }
  return { url, tokenHeader }
}

export interface ServeAddress {
  /** Undefined for this machine alone, by either family. */
  readonly host?: string
  readonly port: number
}

/** `8910`, `localhost:8910`, `127.0.0.1:8910`, `[::1]:8910`, `0.0.0.0:8910`. */
export function serveAddress(value: string): ServeAddress {
  const [, host, digits] = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i.exec(value.trim()) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new InvalidArgumentError('It takes a port, or an address and a port: 127.0.0.1:8910.')
  }
  if (host === undefined || host === 'localhost') return { port }
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

export function isLoopbackHost(host: string): boolean {
  return host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
