import type * as OpenIDClient from 'openid-client'
import { SlackOAuthError } from '../errors.js'
import { atHashCheck, type Check, failedCheck, iatCheck, passedChecks } from './id-token.js'
import { slackError } from './slack-error.js'
import { type ClientCredentials, type SlackOptions, unexpectedResponse } from './web-api.js'

/** Who signed in, as Slack vouches for it, and what was checked to believe it. */
export interface SignedIn {
  readonly idTokenClaims: Readonly<Record<string, unknown>>
  readonly userInfo: Readonly<Record<string, unknown>>
  readonly checks: readonly Check[]
}

/** Slack as an OpenID provider, after its discovery document has been read. */
export interface OpenIDProvider {
  /** Exchanges a code; throws unless every check of the ID token and of userInfo passes. */
  signIn(code: string, redirectUri: URL, nonce: string): Promise<SignedIn>
}

/**
 * Reads the discovery document. Its checks are openid-client's, those of the signature against
 * Slack's JWKS included: by OpenID Connect Core section 3.1.3.7 a client may skip that one for a
 * token that came straight from the token endpoint; here it may not.
 *
 * @throws SlackOAuthError `slack_unavailable`, `unexpected_response`
 */
export async function discoverProvider(
  credentials: ClientCredentials,
  options: SlackOptions,
): Promise<OpenIDProvider> {
  const openid = await import('openid-client')
  const server = new URL(options.slackUrl)
  const config = await translated(options, () =>
    openid.discovery(
      server,
      credentials.clientId,
      { id_token_signed_response_alg: 'RS256' },
      openid.ClientSecretBasic(credentials.clientSecret),
      {
        timeout: options.requestTimeoutSeconds,
        execute: [
          openid.enableNonRepudiationChecks,
          // parseSlackUrl lets http through for this machine alone
          ...(server.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
        ],
        [openid.customFetch]: slackFetch(options),
      },
    ),
  )
  return {
    signIn: (code, redirectUri, nonce) =>
      translated(options, () => signIn(openid, config, { code, redirectUri, nonce })),
  }
}

async function signIn(
  openid: typeof OpenIDClient,
  config: OpenIDClient.Configuration,
  { code, redirectUri, nonce }: { code: string; redirectUri: URL; nonce: string },
): Promise<SignedIn> {
  const callback = new URL(redirectUri)
  callback.searchParams.set('code', code)
  const tokens = await openid.authorizationCodeGrant(config, callback, {
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token)
    throw unexpectedResponse('openid.connect.token', 'has no ID token')
  const now = Date.now() / 1000
  const own = [iatCheck(claims.iat, now), atHashCheck(claims.at_hash, tokens.access_token)]
  const userInfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
  return {
    idTokenClaims: claims,
    userInfo,
    checks: passedChecks(tokens.id_token, claims, own),
  }
}

/**
 * Every request goes to Slack's own origin, whatever the discovery document says, and an `ok: false`
 * is the error that it is, though it comes with HTTP 200.
 */
function slackFetch({ slackUrl, signal }: SlackOptions): OpenIDClient.CustomFetch {
  return async (url, init) => {
    const { origin, pathname } = new URL(url)
    const method = pathname.replace(/^\/(api\/)?/, '')
    if (origin !== slackUrl) throw unexpectedResponse(method, `is to come from ${origin}`)
    const signals = [signal, ...(init.signal ? [init.signal] : [])]
    const { body: sent, ...request } = init
    const response = await fetch(url, {
      ...request,
      // A form, where there is one
      ...(sent && { body: String(sent) }),
      redirect: 'error',
      signal: AbortSignal.any(signals),
    })
    if (response.status >= 500 || response.status === 429) {
      throw new SlackOAuthError(
        response.status === 429 ? 'rate_limited' : 'slack_unavailable',
        `Slack answered HTTP ${response.status} (${method})`,
        { hint: 'Try again later' },
      )
    }
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined)
    if (typeof body !== 'object' || body === null) throw unexpectedResponse(method, 'was not JSON')
    if ('ok' in body && body.ok === false) {
      throw slackError(method, 'error' in body ? String(body.error) : 'no reason given')
    }
    return response
  }
}

/** Turns what openid-client throws into an error that says which check failed. */
async function translated<T>(options: SlackOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    options.signal.throwIfAborted()
    throw failedCheck(error, options)
  }
}
