import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import { signIdToken } from '../openid/id-token.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { ApiCall } from './api-call.ts'
import { identifyClient, matchesChallenge } from './client-auth.ts'
import { findApproval } from './code-redemption.ts'

/** Slack's `openid.connect.token`. It has no public clients: the secret is always needed. */
export async function openIdToken(context: Context, call: ApiCall): Promise<Json> {
  const { app, hasSecret } = identifyClient(call.credentials, context.apps)
  if (!hasSecret) throw new Refusal('bad_client_secret')
  switch (call.params.grant_type || 'authorization_code') {
    case 'authorization_code':
      return exchange(context, call, app)
    case 'refresh_token':
      return refresh(context, call, app)
    default:
      throw new Refusal('invalid_grant_type')
  }
}

async function exchange(
  context: Context,
  { params, idTokenFault: fault }: ApiCall,
  app: App,
): Promise<Json> {
  const { request, place, member } = findApproval(context, params, { app, source: 'openid' })
  checkVerifier(request.codeChallenge, params.code_verifier)

  // No await stands between finding the code and spending it, so that two cannot both win.
  context.codes.spend(params.code ?? '')
  const isRotating = context.rotation.isOn(app)
  const { grant, wire } = context.tokens.issue({
    source: 'openid',
    app,
    place,
    kind: 'user',
    userId: member.id,
    member,
    scopes: request.userScopes,
    isRotating,
    isDesktop: request.isDesktop,
  })
  const answer = { ...wire, token_type: 'Bearer', ...(isRotating ? stateOf(request) : {}) }
  if (fault === 'missing') return answer
  const { nonce } = request
  const idToken = await signIdToken(context, {
    grant,
    nonce,
    accessToken: wire.access_token,
    fault,
  })
  return { ...answer, id_token: idToken }
}

function stateOf({ state }: { readonly state: string }): Json {
  return { state }
}

/** RFC 7636 section 4.6; this method alone documents the length of section 4.1. */
function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined && !verifier) return
  const isValid =
    challenge !== undefined &&
    /^[\w.~-]{43,128}$/.test(verifier ?? '') &&
    matchesChallenge(verifier ?? '', challenge)
  if (!isValid) throw new Refusal('invalid_grant')
}

/** Slack gives no new ID token with a refresh. */
function refresh({ tokens }: Context, { params }: ApiCall, app: App): Json {
  const refreshToken = params.refresh_token ?? ''
  const grant = tokens.findRefreshable(refreshToken)
  const issued =
    grant?.app === app && grant.source === 'openid' ? tokens.refresh(refreshToken) : undefined
  if (!issued) throw new Refusal('invalid_refresh_token')
  return { ...issued.wire, token_type: 'Bearer' }
}
