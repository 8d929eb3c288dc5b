import type * as OpenIDClient from 'openid-client'
import { keptSignal } from '../../base/abort.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { causes, failedStatus, noAnswer } from '../client/network-errors.ts'
import { fetchThrough } from '../client/proxy.ts'
import { slackError } from '../client/slack-error.ts'
import { type ClientCredentials, type SlackOptions, unexpectedResponse } from '../client/web-api.ts'
import { atHashCheck, type Check, failedCheck, iatCheck, passedChecks } from './id-token.ts'

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
 * @param now Unix time in seconds
 * @throws SlackOAuthError `slack_unavailable`, `unexpected_response`
 */
export async function discoverProvider(
  credentials: ClientCredentials,
  options: SlackOptions,
  now: () => number,
): Promise<OpenIDProvider> {
  const openid = await import('openid-client')
  const server = new URL(options.slackUrl)
  const discovery = '.well-known/openid-configuration'
  const discover = openid.discovery(
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
  )
  const config = await discover.catch((error: unknown) => {
    throw ownError(error) ?? unexpectedResponse(discovery, `is not that of ${options.slackUrl}`)
  })
  const { token_endpoint, userinfo_endpoint, jwks_uri } = config.serverMetadata()
  if (!token_endpoint || !userinfo_endpoint || !jwks_uri) {
    throw unexpectedResponse(discovery, 'lacks an endpoint')
  }
  return {
    async signIn(code, redirectUri, nonce) {
      try {
        return await signIn(openid, config, { code, redirectUri, nonce }, now)
      } catch (error) {
        throw ownError(error) ?? failedCheck(error)
      }
    },
  }
}

async function signIn(
  openid: typeof OpenIDClient,
  config: OpenIDClient.Configuration,
  { code, redirectUri, nonce }: { code: string; redirectUri: URL; nonce: string },
  now: () => number,
): Promise<SignedIn> {
  const callback = new URL(redirectUri)
  callback.searchParams.set('code', code)
  const tokens = await openid.authorizationCodeGrant(config, callback, {
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token) {
    throw unexpectedResponse('openid.connect.token', 'has no ID token')
  }
  const own = [iatCheck(claims.iat, now()), atHashCheck(claims.at_hash, tokens.access_token)]
  const userInfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
  return {
    idTokenClaims: claims,
    userInfo,
    checks: passedChecks(tokens.id_token, claims, own),
  }
}

/**
 * openid-client sends the redirect URI without a query, and Slack compares.
 *
 * @throws SlackOAuthError `invalid_redirect_uri`
 */
export function assertNoQuery({ href, search }: URL): void {
  if (search === '') return
  throw new SlackOAuthError('invalid_redirect_uri', `The redirect URI "${href}" has a query`, {
    hint: 'Sign in with Slack needs one without: name it with --redirect-uri, and register it at Slack',
  })
}

/**
 * Every request goes to Slack's own origin, whatever the discovery document says. A refusal keeps
 * Slack's word, whether it comes as `ok: false` with HTTP 200 or, as newer ones do, with a 400.
 */
function slackFetch(options: SlackOptions): OpenIDClient.CustomFetch {
  return async (url, init) => {
    const { origin, pathname } = new URL(url)
    const method = pathname.replace(/^\/(api\/)?/, '')
    if (origin !== options.slackUrl) {
      throw unexpectedResponse(method, `is to come from ${origin}`)
    }
    const { body: sent, signal, ...request } = init
    const fetch = fetchThrough(options.proxy)
    const answer = fetch(url, {
      ...request,
      // A form, where there is one
      ...(sent && { body: String(sent) }),
      redirect: 'error',
      signal: AbortSignal.any([options.signal, ...(signal ? [keptSignal(signal)] : [])]),
    })
    const [response, text] = await answer
      .then(async (response) => [response, await response.clone().text()] as const)
      .catch((error: unknown) => {
        options.signal.throwIfAborted()
        throw noAnswer(method, error, options)
      })
    if (response.status === 429) throw slackError(method, 'ratelimited')
    if (response.status >= 500) throw failedStatus(method, response.status)
    const body = parseJson(text)
    if (typeof body !== 'object' || body === null) throw unexpectedResponse(method, 'was not JSON')
    if (response.status >= 400 || ('ok' in body && body.ok === false)) {
      const word = 'error' in body ? String(body.error) : `HTTP ${response.status}`
      throw slackError(method, word, options.slackUrl)
    }
    return response
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error that we threw ourselves, out of what openid-client has wrapped it in; or a signal's. */
function ownError(error: unknown): SlackOAuthError | undefined {
  return causes(error).find((each) => each instanceof SlackOAuthError)
}
