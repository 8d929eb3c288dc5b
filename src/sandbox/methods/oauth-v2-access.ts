import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { Approval } from '../state/codes.ts'
import type { ApiCall } from './api-call.ts'
import { identifyClient, matchesChallenge } from './client-auth.ts'
import { findApproval } from './code-redemption.ts'
import { installationAnswer, rotationAnswer } from './token-responses.ts'

/**
 * Slack's `oauth.v2.access`. The order of the errors is the order of its documentation: the client,
 * then the grant type, then the code.
 */
export function oauthV2Access(context: Context, call: ApiCall): Json {
  const client = identifyClient(call.credentials, context.apps)
  switch (call.params.grant_type || 'authorization_code') {
    case 'authorization_code':
      return exchange(context, call, client)
    case 'refresh_token':
      return refresh(context, call, client)
    default:
      throw new Refusal('invalid_grant_type')
  }
}

interface Client {
  readonly app: App
  readonly hasSecret: boolean
}

function exchange(context: Context, { params }: ApiCall, { app, hasSecret }: Client): Json {
  // A public client proves itself by the verifier instead; only such an app may leave it at that.
  if (!hasSecret && !params.code_verifier) throw new Refusal('bad_client_secret')
  if (!hasSecret && !app.pkce) throw new Refusal('pkce_not_allowed')
  const approval = findApproval(context, params, { app, source: 'v2' })
  checkVerifier(approval, params.code_verifier)
  if (!hasSecret && !approval.request.isDesktop) throw new Refusal('bad_client_secret')

  context.codes.spend(params.code ?? '')
  return installationAnswer(context, approval)
}

/** Slack, "Using PKCE": optional for an app that opted in, forbidden to all others. */
function checkVerifier({ request }: Approval, verifier: string | undefined): void {
  const { app, codeChallenge } = request
  if (!verifier && codeChallenge === undefined) return
  if (!app.pkce) throw new Refusal('pkce_not_allowed')
  if (!verifier || codeChallenge === undefined || !matchesChallenge(verifier, codeChallenge)) {
    throw new Refusal('invalid_code_verifier')
  }
}

function refresh({ tokens }: Context, { params }: ApiCall, { app, hasSecret }: Client): Json {
  if (!hasSecret && !app.pkce) throw new Refusal('bad_client_secret')
  const refreshToken = params.refresh_token ?? ''
  const grant = tokens.findRefreshable(refreshToken)
  if (!grant || grant.app !== app || grant.source !== 'v2') {
    throw new Refusal('invalid_refresh_token')
  }
  if (!hasSecret && !grant.isDesktop) throw new Refusal('bad_client_secret')

  const issued = tokens.refresh(refreshToken)
  if (!issued) throw new Refusal('invalid_refresh_token')
  return rotationAnswer(issued)
}
