import { SlackOAuthError } from '../../base/errors.ts'

/** What an authorize URL of {@link AuthorizeUrlGenerator} asks for. */
export interface AuthorizeUrlOptions {
  readonly clientId: string
  /** Bot scopes. */
  readonly scopes?: readonly string[]
  readonly userScopes?: readonly string[]
  /** Sent as it is: Slack compares it with the app's Redirect URLs by scheme, host, port and path. */
  readonly redirectUri?: string
  /** Default `https://slack.com/oauth/v2/authorize`; GovSlack has its own host. */
  readonly authorizationUrl?: string
}

/**
 * Makes the URL of Slack's consent page.
 *
 * @see https://docs.slack.dev/authentication/installing-with-oauth
 * @example
 * import { AuthorizeUrlGenerator, BrowserStates, openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const redirectUri = 'https://app.example.com/slack/oauth/callback'
 * const states = new BrowserStates(store.states, { redirectUri })
 * const generator = new AuthorizeUrlGenerator({ clientId: '123.456', scopes: ['chat:write'], redirectUri })
 *
 * const { state, setCookie } = await states.issue(request.headers.cookie)
 * response.writeHead(302, { location: generator.generate(state), 'set-cookie': setCookie }).end()
 */
export class AuthorizeUrlGenerator {
  readonly #options: AuthorizeUrlOptions

  constructor(options: AuthorizeUrlOptions) {
    this.#options = options
  }

  /**
   * @param options.team a workspace to offer first; the person may still choose another
   * @param options.codeChallenge for PKCE, by the method S256 (RFC 7636 section 4.2); the request that redeems
   *   the code then has to send its verifier
   * @throws SlackOAuthError `usage` for an empty value
   */
  generate(state: string, options: { team?: string; codeChallenge?: string } = {}): string {
    assertNotEmpty({ clientId: this.#options.clientId, state, ...options })
    const { clientId, scopes = [], userScopes = [], redirectUri } = this.#options
    const { authorizationUrl = 'https://slack.com/oauth/v2/authorize' } = this.#options
    return withParameters(authorizationUrl, {
      client_id: clientId,
      scope: scopes.join(','),
      user_scope: userScopes.join(','),
      redirect_uri: redirectUri,
      state,
      team: options.team,
      code_challenge: options.codeChallenge,
      code_challenge_method: options.codeChallenge && 'S256',
    })
  }
}

/** What an authorize URL of {@link OpenIDConnectAuthorizeUrlGenerator} asks for. */
export interface OpenIDConnectAuthorizeUrlOptions {
  readonly clientId: string
  /** `openid` is needed; `email` and `profile` are all there is beside it. */
  readonly scopes?: readonly string[]
  readonly redirectUri: string
  /** Default `https://slack.com/openid/connect/authorize`. */
  readonly authorizationUrl?: string
}

/**
 * Makes the URL of Sign in with Slack (OpenID Connect Core section 3.1.2.1).
 *
 * @see https://docs.slack.dev/authentication/sign-in-with-slack
 * @example
 * import { BrowserStates, OpenIDConnectAuthorizeUrlGenerator, openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const redirectUri = 'https://app.example.com/slack/oauth/callback'
 * const states = new BrowserStates(store.states, { redirectUri })
 * const generator = new OpenIDConnectAuthorizeUrlGenerator({ clientId: '123.456', redirectUri })
 *
 * const { state, nonce, setCookie } = await states.issue(request.headers.cookie)
 * const location = generator.generate(state, { nonce })
 * response.writeHead(302, { location, 'set-cookie': setCookie }).end()
 */
export class OpenIDConnectAuthorizeUrlGenerator {
  readonly #options: OpenIDConnectAuthorizeUrlOptions

  constructor(options: OpenIDConnectAuthorizeUrlOptions) {
    this.#options = options
  }

  /** @param options.nonce must come back in the ID token; whoever receives that token has to check */
  generate(
    state: string,
    options: { nonce: string; team?: string; codeChallenge?: string },
  ): string {
    assertNotEmpty({ clientId: this.#options.clientId, state, ...options, nonce: options.nonce })
    const { clientId, scopes = ['openid', 'email', 'profile'], redirectUri } = this.#options
    const { authorizationUrl = 'https://slack.com/openid/connect/authorize' } = this.#options
    return withParameters(authorizationUrl, {
      response_type: 'code',
      client_id: clientId,
      scope: scopes.join(' '), // a space here, unlike v2: OpenID Connect Core section 3.1.2.1
      redirect_uri: redirectUri,
      state,
      nonce: options.nonce,
      team: options.team,
      code_challenge: options.codeChallenge,
      code_challenge_method: options.codeChallenge && 'S256',
    })
  }
}

/**
 * A parameter that is empty would be left out: a URL without a state, say, has no protection.
 *
 * @throws SlackOAuthError `usage`
 */
function assertNotEmpty(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const isOptional = name === 'team' || name === 'codeChallenge'
    if (typeof value === 'string' ? value !== '' : isOptional && value === undefined) continue
    throw new SlackOAuthError('usage', `The ${name} of an authorize URL is empty`, {
      hint:
        name === 'state' || name === 'nonce' || name === 'codeChallenge'
          ? 'Take the one that BrowserStates.issue gives'
          : `Give the ${name}, or leave it out`,
    })
  }
}

/** Each value is one parameter whatever it holds; what is absent or empty is left out. */
function withParameters(base: string, parameters: Record<string, string | undefined>): string {
  const url = new URL(base)
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value)
  }
  return url.href
}
