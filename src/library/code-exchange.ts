import { completeInstall } from '../flows/authorize/complete-install.ts'
import type { Installation } from '../slack/installation.ts'
import { assertNoQuery, discoverProvider, type SignedIn } from '../slack/openid/provider.ts'
import type { Store } from '../store/store.ts'
import { follower } from './access-token.ts'
import { type ReachOptions, slackOptionsOf } from './client-options.ts'

/** The app that a code was issued to. */
export interface CodeOptions extends ReachOptions {
  readonly clientId: string
  /** Goes to Slack alone. */
  readonly clientSecret: string
  /** Letter by letter the one of the authorize URL (RFC 6749 section 4.1.3). */
  readonly redirectUri: string
  /** Of an app with PKCE: the one that belongs to the challenge of the authorize URL (RFC 7636). */
  readonly codeVerifier?: string
}

export interface InstallOptions extends CodeOptions {
  /** Hears why an installation that was stored, and whose tokens work, is not complete. */
  readonly warn?: (message: string) => void
}

/**
 * Makes an installation of the code that a callback brought: `oauth.v2.access`, `auth.test`, and one
 * transaction that stores it in the place of the same member's earlier one.
 *
 * @throws SlackOAuthError `authorization_failed` for a code that is used or too old, `invalid_client`;
 *   `slack_unavailable`, `rate_limited`, `unexpected_response` to try later, with a new code; `store_…`
 * @example
 * import { BrowserStates, installWithCode, openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const redirectUri = 'https://app.example.com/slack/oauth/callback'
 * const states = new BrowserStates(store.states, { redirectUri })
 *
 * // GET /slack/oauth/callback
 * const { searchParams } = new URL(request.url ?? '/', redirectUri)
 * const { code } = await states.consume(searchParams, request.headers.cookie)
 * const installation = await installWithCode(store, code, {
 *   clientId: '123.456',
 *   clientSecret: process.env.SLACK_CLIENT_SECRET ?? '',
 *   redirectUri,
 * })
 * response.end(`Installed in ${installation.team?.name}`)
 */
export async function installWithCode(
  store: Pick<Store, 'installations' | 'tryLock'>,
  code: string,
  options: InstallOptions,
): Promise<Installation> {
  const { clientId, clientSecret, redirectUri, codeVerifier, warn } = options
  const { installation, problem, oddities } = await completeInstall(
    { store, slack: slackOptionsOf(options, follower(options.signal)), now },
    { client: { clientId, clientSecret }, scopes: [], userScopes: [] },
    { code, redirectUri, ...(codeVerifier !== undefined && { codeVerifier }) },
  )
  if (oddities.length > 0) warn?.(`Slack's answer was not as documented: ${oddities.join(', ')}`)
  if (problem) warn?.(problem.message)
  return installation
}

export interface SignInOptions extends CodeOptions {
  /** The one of the authorize URL: the ID token has to hold it. */
  readonly nonce: string
  /** What the callback says of whose answer it is, where the provider promises that (RFC 9207). */
  readonly iss?: string
  /** Only a member of this workspace (`T…`) is signed in. */
  readonly team?: string
  /** Only a member of this organization (`E…`) is signed in. */
  readonly enterprise?: string
}

/**
 * Finds out who signed in, by the code that a callback brought: `openid.connect.token`, every check of
 * the ID token, its signature by Slack's JWKS included, and `openid.connect.userInfo`. Stores nothing.
 *
 * @see https://docs.slack.dev/authentication/sign-in-with-slack
 * @throws SlackOAuthError `id_token_invalid`: nobody is signed in; `authorization_failed` for a member of
 *   another workspace or organization; `invalid_redirect_uri` for one with
 *   a query; else as {@link installWithCode}
 * @example
 * import { BrowserStates, openStore, signInWithCode } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const redirectUri = 'https://app.example.com/slack/oauth/callback'
 * const states = new BrowserStates(store.states, { redirectUri })
 *
 * // GET /slack/oauth/callback
 * const { searchParams } = new URL(request.url ?? '/', redirectUri)
 * const { code, nonce } = await states.consume(searchParams, request.headers.cookie)
 * const { idTokenClaims, userInfo } = await signInWithCode(code, {
 *   clientId: '123.456',
 *   clientSecret: process.env.SLACK_CLIENT_SECRET ?? '',
 *   redirectUri,
 *   nonce,
 * })
 * response.end(`${userInfo.name} (${idTokenClaims.sub}) is signed in`)
 */
export async function signInWithCode(code: string, options: SignInOptions): Promise<SignedIn> {
  const { clientId, clientSecret, nonce, iss, team, enterprise, codeVerifier } = options
  const redirectUri = new URL(options.redirectUri)
  assertNoQuery(redirectUri)
  const slack = slackOptionsOf(options, follower(options.signal))
  const provider = await discoverProvider({ clientId, clientSecret }, slack, now)
  return provider.signIn({
    code,
    redirectUri,
    nonce,
    ...(iss !== undefined && { iss }),
    ...(team !== undefined && { team }),
    ...(enterprise !== undefined && { enterprise }),
    ...(codeVerifier !== undefined && { codeVerifier }),
  })
}

const now = () => Date.now() / 1000
