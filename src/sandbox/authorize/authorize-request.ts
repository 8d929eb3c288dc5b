import type { Params } from '../http/params.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { Apps } from '../state/apps.ts'
import { hasCustomScheme, isDesktopRedirect, matchRedirectUri } from './redirect-uri.ts'
import { readScopes, type Source } from './requested-scopes.ts'

/** An authorize URL that Slack would show a consent page for. */
export interface AuthorizeRequest {
  readonly source: Source
  readonly app: App
  readonly redirectUri: string
  /** Absent when the first configured one stepped in; the exchange may then leave it out too. */
  readonly passedRedirectUri: string | undefined
  readonly isDesktop: boolean
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
  /** Slack sends an empty one back when none came. */
  readonly state: string
  readonly nonce: string
  readonly codeChallenge: string | undefined
}

/** Judges an authorize URL; a Refusal is shown on Slack's own page and never redirected. */
export function readAuthorizeRequest(source: Source, params: Params, apps: Apps): AuthorizeRequest {
  const app = apps.find(params.client_id)
  if (!app) throw new Refusal('invalid_client_id', 'Invalid client_id parameter')

  const redirectUri = readRedirectUri(params, app)
  const isDesktop = isDesktopRedirect(redirectUri, app)
  // Required by OAuth and OpenID Connect; the v2 page does not document it and ignores it.
  if (source === 'openid' && params.response_type !== 'code') {
    throw new Refusal('invalid_response_type', 'response_type must be "code"')
  }
  const scopes = readScopes(source, params, { app, isDesktop })

  return {
    source,
    app,
    redirectUri,
    passedRedirectUri: params.redirect_uri || undefined,
    isDesktop,
    ...scopes,
    state: params.state ?? '',
    nonce: params.nonce ?? '',
    codeChallenge: readCodeChallenge(params, redirectUri),
  }
}

function readRedirectUri({ redirect_uri: passed }: Params, app: App): string {
  const redirectUri = passed || app.redirectUris[0]
  if (redirectUri && matchRedirectUri(redirectUri, app.redirectUris)) return redirectUri
  const explanation = `redirect_uri did not match any configured URIs. Passed URI: ${passed ?? ''}`
  throw new Refusal('bad_redirect_uri', explanation)
}

/** Slack, "Using PKCE", and RFC 7636 section 4.3; the words are not Slack's, which gives none. */
function readCodeChallenge(params: Params, redirectUri: string): string | undefined {
  const { code_challenge: challenge = '', code_challenge_method: method = '' } = params
  if (challenge === '' && method === '') {
    if (!hasCustomScheme(redirectUri)) return undefined
    throw new Refusal('pkce_required', 'A custom URI scheme needs PKCE: code_challenge is missing')
  }
  if (method !== 'S256') {
    throw new Refusal('invalid_code_challenge_method', 'code_challenge_method must be "S256"')
  }
  if (!/^[\w-]{43}$/.test(challenge)) {
    throw new Refusal('invalid_code_challenge', 'code_challenge must be 43 base64url characters')
  }
  return challenge
}
