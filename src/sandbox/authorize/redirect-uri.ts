import type { App } from '../options.ts'

const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * The first configured URI that `passed` is or lies below, by Slack's rules: scheme, host and port
 * are equal, the path is equal or a subdirectory, and there is no fragment. Slack does not exempt
 * the port of a loopback address as RFC 8252 section 7.3 would have it.
 */
export function matchRedirectUri(passed: string, configured: readonly string[]): boolean {
  const url = parseRedirectUri(passed)
  if (!url) return false
  return configured.some((uri) => {
    const base = parseRedirectUri(uri)
    return base !== undefined && isSameOrigin(url, base) && isBelow(url, base)
  })
}

/** What an app's settings take: https anywhere, http on this machine, or an app's own scheme. */
export function isRegistrableRedirectUri(uri: string): boolean {
  const url = parseRedirectUri(uri)
  return url !== undefined && (url.protocol !== 'http:' || loopbackHosts.includes(url.hostname))
}

/** An app's own scheme, such as `myapp://auth`. */
export function hasCustomScheme(uri: string): boolean {
  const { protocol } = new URL(uri)
  return protocol !== 'https:' && protocol !== 'http:'
}

/**
 * Slack, "Using PKCE": a custom scheme is a desktop redirect always, http on localhost only once
 * the app has opted into PKCE. Desktop redirects get no bot scopes and always rotating tokens.
 */
export function isDesktopRedirect(uri: string, app: App): boolean {
  if (hasCustomScheme(uri)) return true
  const { protocol, hostname } = new URL(uri)
  return app.pkce && protocol === 'http:' && loopbackHosts.includes(hostname)
}

function parseRedirectUri(uri: string): URL | undefined {
  // The URL parser forgives backslashes, blanks and control characters; a comparison must not.
  if (uri.includes('#') || /[\\\s\p{Cc}]/u.test(uri) || !URL.canParse(uri)) return undefined
  const url = new URL(uri)
  return url.username === '' && url.password === '' ? url : undefined
}

function isSameOrigin(url: URL, base: URL): boolean {
  // Not `origin`, which is "null" for every custom scheme. `host` includes the port.
  return url.protocol === base.protocol && url.host === base.host
}

function isBelow(url: URL, base: URL): boolean {
  if (base.search !== '' && url.search !== base.search) return false
  if (url.pathname === base.pathname) return true
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
  return url.pathname.startsWith(folder)
}
