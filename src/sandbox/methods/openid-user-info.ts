import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import { memberClaims, placeClaims, WRONG_SUBJECT } from '../openid/claims.ts'
import { Refusal } from '../refusal.ts'
import { type ApiCall, authenticate } from './api-call.ts'

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
