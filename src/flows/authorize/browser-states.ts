import { createHmac, randomBytes } from 'node:crypto'
import { SlackOAuthError } from '../../base/errors.ts'
import {
  type AuthorizationCode,
  authorizationCodeOf,
  readCallback,
} from '../../slack/authorize/callback.ts'
import { challengeOf } from '../../slack/authorize/pkce.ts'
import type { OAuthStateStore } from '../../store/state-store.ts'

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

/** What goes to Slack for a state of the store: it is for that browser and that redirect URI. */
export function boundState(state: string, secret: string, redirectUri: string): string {
  return `${state}.${hmac(`state ${state} ${redirectUri}`, secret)}`
}

/**
 * The nonce that goes with a state: nothing of it need be kept, as it follows from the cookie
 * (OpenID Connect Core section 15.5.2).
 */
function nonceOf(state: string, secret: string): string {
  return hmac(`nonce ${state}`, secret)
}

/** The verifier of PKCE likewise; 43 characters, as RFC 7636 section 4.1 has it. */
function verifierOf(state: string, secret: string): string {
  return hmac(`verifier ${state}`, secret)
}

/** The store's part of what comes back, which says nothing of whose it is. */
export function storedState(bound: string): string {
  return bound.split('.', 1)[0] ?? ''
}

function hmac(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** What one authorization begins with. */
export interface IssuedState {
  /** For the authorize URL. */
  readonly state: string
  /** For the authorize URL of Sign in with Slack. */
  readonly nonce: string
  /** For the authorize URL of an app with PKCE, by the method S256 (RFC 7636). */
  readonly codeChallenge: string
  /** The value of a `Set-Cookie` header, to go out with the page or the redirect. */
  readonly setCookie: string
}

/** What Slack's redirect brings back. */
export interface AuthorizationResponse extends AuthorizationCode {
  /** The one that belongs to the challenge which was issued with the state. */
  readonly codeVerifier: string
  /** The one that was issued with the state: the ID token has to hold it. */
  readonly nonce: string
}

/**
 * The states of a web app: each good once, and only in the browser that it was given to (RFC 6749
 * section 10.12), so that nobody can have another person install into, or sign in to, an account of
 * theirs. One cookie serves any number of tabs, and any process on the same store.
 *
 * @example
 * import { AuthorizeUrlGenerator, BrowserStates, openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const redirectUri = 'https://app.example.com/slack/oauth/callback'
 * const states = new BrowserStates(store.states, { redirectUri })
 * const generator = new AuthorizeUrlGenerator({ clientId: '123.456', scopes: ['chat:write'], redirectUri })
 *
 * // The page that leads to Slack; installWithCode and signInWithCode go on where it comes back
 * const { state, setCookie } = await states.issue(request.headers.cookie)
 * response.writeHead(302, { location: generator.generate(state), 'set-cookie': setCookie }).end()
 */
export class BrowserStates {
  readonly #states: OAuthStateStore
  readonly #redirectUri: string
  readonly #isSecure: boolean

  /**
   * @param options.redirectUri which the states are for: what was issued for another is refused. Where it is https,
   *   the cookie is kept from every other host
   */
  constructor(states: OAuthStateStore, options: { readonly redirectUri: string }) {
    const { href, protocol } = new URL(options.redirectUri)
    this.#states = states
    this.#redirectUri = href
    this.#isSecure = protocol === 'https:'
  }

  /** @param cookies the `Cookie` header of the request, as it came */
  async issue(cookies: string | undefined): Promise<IssuedState> {
    const secret = browserSecret(cookies, this.#isSecure) ?? newBrowserSecret()
    const state = await this.#states.issue()
    return {
      state: boundState(state, secret, this.#redirectUri),
      nonce: nonceOf(state, secret),
      codeChallenge: challengeOf(verifierOf(state, secret)),
      setCookie: setCookie(secret, this.#isSecure),
    }
  }

  /**
   * Takes a callback: its state is spent from then on, whatever it says.
   *
   * @param parameters the query of the callback
   * @param cookies the `Cookie` header that came with it
   * @throws SlackOAuthError `wrong_state` for a callback of another browser, of a state that is used
   *   or older than ten minutes, or of nobody's; it has changed nothing. `access_denied` where the
   *   person pressed Cancel, else `authorization_failed` and others by Slack's word
   */
  async consume(
    parameters: URLSearchParams,
    cookies: string | undefined,
  ): Promise<AuthorizationResponse> {
    const state = storedState(parameters.get('state') ?? '')
    const secret = browserSecret(cookies, this.#isSecure)
    if (secret === undefined) throw wrongState('the browser has no cookie of this server')
    // Before the store is asked: another browser's state stays good for that browser
    const callback = readCallback(parameters, boundState(state, secret, this.#redirectUri))
    if (callback.kind === 'stray') throw wrongState(callback.reason)
    if (!(await this.#states.consume(state))) {
      throw wrongState('its state was used before, or is too old')
    }
    return {
      ...authorizationCodeOf(callback),
      nonce: nonceOf(state, secret),
      codeVerifier: verifierOf(state, secret),
    }
  }
}

function wrongState(reason: string): SlackOAuthError {
  return new SlackOAuthError('wrong_state', `The callback answers no request of ours: ${reason}`, {
    hint: 'Begin again at the page that leads to Slack, and finish in the same browser',
  })
}
