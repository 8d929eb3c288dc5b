import type { Source } from '../authorize/requested-scopes.ts'
import type { Context } from '../context.ts'
import type { Params } from '../http/params.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { Approval } from '../state/codes.ts'

/** What the code in `params` stands for, once it is known to be this app's to redeem here. */
export function findApproval(
  { codes }: Context,
  { code = '', redirect_uri: redirectUri }: Params,
  { app, source }: { app: App; source: Source },
): Approval {
  const approval = codes.find(code)
  if (!approval || approval.request.app !== app) throw new Refusal('invalid_code')

  const { request } = approval
  if (request.source !== source) throw new Refusal('oauth_authorization_url_mismatch')
  // "Must match the originally submitted URI (if one was sent)": byte for byte.
  const isExpected = redirectUri
    ? redirectUri === request.redirectUri
    : request.passedRedirectUri === undefined
  if (!isExpected) throw new Refusal('bad_redirect_uri')
  return approval
}
