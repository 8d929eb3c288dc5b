import type * as OpenIDClient from 'openid-client'
import { keptSignal, pause } from '../../base/abort.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { parsedJson } from '../../base/json.ts'
import { causes, failedStatus, noAnswer } from '../client/network-errors.ts'
import { fetchThrough } from '../client/proxy.ts'
import { slackError } from '../client/slack-error.ts'
import { type ClientCredentials, type SlackOptions, unexpectedResponse } from '../client/web-api.ts'
import {
  assertIssuer,
  assertSamePlace,
  assertWantedPlace,
  atHashCheck,
  azpCheck,
  type Check,
  failedCheck,
  iatCheck,
  passedChecks,
} from './id-token.ts'

/** Who signed in, as Slack vouches for it, and what was checked to believe it. */
export interface SignedIn {
  readonly idTokenClaims: Readonly<Record<string, unknown>>
  readonly userInfo: Readonly<Record<string, unknown>>
  readonly checks: readonly Check[]
}

/** Slack as an OpenID provider, after its discovery document has been read. */
export interface OpenIDProvider {
  /** Exchanges a code; throws unless every check of the ID token and of userInfo passes. */
  signIn(request: SignInCode): Promise<SignedIn>
}

/** A code, and what the person who brings it has to be. */
export interface SignInCode {
  readonly code: string
  /** The issuer that the redirect names (RFC 9207); looked at where the provider promises one. */
  readonly iss?: string
  readonly redirectUri: URL
  readonly nonce: string
  readonly codeVerifier?: string
  /** Of this workspace, `T…`. */
  readonly team?: string
  /** Of this organization, `E…`. */
  readonly enterprise?: string
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
    // In the body, as Slack documents it: HTTP Basic percent-encodes (RFC 6749 section 2.3.1), and every client
    // ID of Slack has a dot
    openid.ClientSecretPost(credentials.clientSecret),
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
    async signIn(request) {
      try {
        return await signIn(openid, config, request, now)
      } catch (error) {
        throw ownError(error) ?? failedCheck(error)
      }
    },
  }
}

async function signIn(
  openid: typeof OpenIDClient,
  config: OpenIDClient.Configuration,
  request: SignInCode,
  now: () => number,
): Promise<SignedIn> {
  const { code, iss, redirectUri, nonce, codeVerifier } = request
  const callback = new URL(redirectUri)
  callback.searchParams.set('code', code)
  const provider = config.serverMetadata()
  if (provider.authorization_response_iss_parameter_supported) {
    assertIssuer(iss, provider.issuer)
    callback.searchParams.set('iss', iss)
  }
  const tokens = await openid.authorizationCodeGrant(config, callback, {
    expectedNonce: nonce,
    idTokenExpected: true,
    ...(codeVerifier !== undefined && { pkceCodeVerifier: codeVerifier }),
  })
  const claims = tokens.claims()
  if (!claims || !tokens.id_token) {
    throw unexpectedResponse('openid.connect.token', 'has no ID token')
  }
  const own = [
    azpCheck(claims, config.clientMetadata().client_id),
    iatCheck(claims.iat, now()),
    atHashCheck(claims.at_hash, tokens.access_token),
  ]
  const userInfo = await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
  assertSamePlace(claims, userInfo)
  assertWantedPlace(claims, request)
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
    const ask = async () => {
      const response = await fetch(url, {
        ...request,
        // A form, where there is one
        ...(sent && { body: String(sent) }),
        redirect: 'error',
        signal: AbortSignal.any([options.signal, ...(signal ? [keptSignal(signal)] : [])]),
      })
      return [response, await response.clone().text()] as const
    }
    const asked = async () => {
      const first = await ask()
      // Once more, but never with a code: that may be spent
      if (method === CODE_EXCHANGE || !mayPass(first[0].status)) return first
      await pause(pauseSeconds(first[0]), options.signal)
      return ask()
    }
    const [response, text] = await asked().catch((error: unknown) => {
      options.signal.throwIfAborted()
      throw noAnswer(method, error, options)
    })
    if (response.status === 429) throw slackError(method, 'ratelimited')
    if (response.status >= 500) throw failedStatus(method, response.status)
    if (response.status === 404) throw unexpectedResponse(method, 'was HTTP 404')
    const body = parsedJson(text)
    if (typeof body !== 'object' || body === null) throw unexpectedResponse(method, 'was not JSON')
    if (response.status >= 400 || ('ok' in body && body.ok === false)) {
      const word = 'error' in body ? String(body.error) : `HTTP ${response.status}`
      throw slackError(method, word, options.slackUrl)
    }
    return response
  }
}

const CODE_EXCHANGE = 'openid.connect.token'

/** A fault that has been seen to pass by itself: a node that does not know a key or a page yet, a limit, a fault. */
function mayPass(status: number): boolean {
  return status === 404 || status === 429 || status >= 500
}

const MAX_PAUSE_SECONDS = 5

function pauseSeconds({ status, headers }: Response): number {
  const asked = status === 429 ? Number(headers.get('retry-after') ?? 1) : 0.5
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), MAX_PAUSE_SECONDS) : 1
}

/** The error that we threw ourselves, out of what openid-client has wrapped it in; or a signal's. */
function ownError(error: unknown): SlackOAuthError | undefined {
  return causes(error).find((each) => each instanceof SlackOAuthError)
}
