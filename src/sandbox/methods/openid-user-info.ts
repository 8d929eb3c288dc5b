import type { Context } from '../context.js'
import type { Json } from '../http/response.js'
import { memberClaims, placeClaims, WRONG_SUBJECT } from '../openid/claims.js'
import { Refusal } from '../refusal.js'
import { type ApiCall, authenticate } from './api-call.js'

/** Slack's `openid.connect.userInfo`, for a user token with the scope `openid`. */
export function openIdUserInfo(context: Context, call: ApiCall): Json {
  const { grant } = authenticate(context, call)
  if (grant.kind !== 'user') throw new Refusal('not_allowed_token_type')
  if (!grant.scopes.includes('openid')) throw new Refusal('missing_scope')
  return {
    ...memberClaims(grant),
    ...placeClaims(grant),
    ...(call.idTokenFault === 'wrong-subject' ? { sub: WRONG_SUBJECT } : {}),
  }
}
