import { SlackOAuthError } from '../errors.js'
import { codeOf, readCallback } from '../slack/callback.js'
import type { OAuthStateStore } from '../store/state-store.js'
import {
  boundState,
  browserSecret,
  newBrowserSecret,
  nonceOf,
  setCookie,
  storedState,
} from './browser-cookie.js'

/** What one authorization begins with. */
export interface IssuedState {
  /** For the authorize URL. */
  readonly state: string
  /** For the authorize URL of Sign in with Slack. */
  readonly nonce: string
  /** The value of a `Set-Cookie` header, to go out with the page or the redirect. */
  readonly setCookie: string
}

/** What Slack's redirect brings back. */
export interface AuthorizationResponse {
  /** Good once, for ten minutes. */
  readonly code: string
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
  readonly #isSecure: boolean

  /** @param options.redirectUri where it is https, the cookie is kept from every other host */
  constructor(states: OAuthStateStore, options: { readonly redirectUri: string }) {
    this.#states = states
    this.#isSecure = new URL(options.redirectUri).protocol === 'https:'
  }

  /** @param cookies the `Cookie` header of the request, as it came */
  async issue(cookies: string | undefined): Promise<IssuedState> {
    const secret = browserSecret(cookies, this.#isSecure) ?? newBrowserSecret()
    const state = await this.#states.issue()
    return {
      state: boundState(state, secret),
      nonce: nonceOf(state, secret),
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
    const callback = readCallback(parameters, boundState(state, secret))
    if (callback.kind === 'stray') throw wrongState(callback.reason)
    if (!(await this.#states.consume(state))) {
      throw wrongState('its state was used before, or is too old')
    }
    return { code: codeOf(callback), nonce: nonceOf(state, secret) }
  }
}

function wrongState(reason: string): SlackOAuthError {
  return new SlackOAuthError('wrong_state', `The callback answers no request of ours: ${reason}`, {
    hint: 'Begin again at the page that leads to Slack, and finish in the same browser',
  })
}
