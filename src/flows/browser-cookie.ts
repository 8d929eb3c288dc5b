import { createHmac, randomBytes } from 'node:crypto'

// What ties a state to the browser that it was given to (RFC 6749 section 10.12): the browser has a
// secret in a cookie, and its states carry their own HMAC by that secret. So one cookie serves any
// number of tabs, and any process of the same store can tell.

const COOKIE = 'slack-oauth-browser'
const LIFETIME_SECONDS = 3600

/** @param isSecure over https, where the cookie can be kept from every other host */
function cookieName(isSecure: boolean): string {
  return isSecure ? `__Host-${COOKIE}` : COOKIE
}

/** The secret of a browser that has been here; undefined for one that has none of ours. */
export function browserSecret(
  cookieHeader: string | undefined,
  isSecure: boolean,
): string | undefined {
  const start = `${cookieName(isSecure)}=`
  const found = cookieHeader?.split(/; */).find((cookie) => cookie.startsWith(start))
  const secret = found?.slice(start.length)
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? secret : undefined
}

export function newBrowserSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function setCookie(secret: string, isSecure: boolean): string {
  // Lax: the redirect from Slack is a navigation from another site
  const attributes = ['Path=/', `Max-Age=${LIFETIME_SECONDS}`, 'HttpOnly', 'SameSite=Lax']
  if (isSecure) attributes.push('Secure')
  return `${cookieName(isSecure)}=${secret}; ${attributes.join('; ')}`
}

/** What goes to Slack for a state of the store. */
export function boundState(state: string, secret: string): string {
  return `${state}.${hmac(state, secret)}`
}

/**
 * The nonce that goes with a state: nothing of it need be kept, as it follows from the cookie
 * (OpenID Connect Core section 15.5.2).
 */
export function nonceOf(state: string, secret: string): string {
  return hmac(`nonce ${state}`, secret)
}

/** The store's part of what comes back, which says nothing of whose it is. */
export function storedState(bound: string): string {
  return bound.split('.', 1)[0] ?? ''
}

function hmac(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}
