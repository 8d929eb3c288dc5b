import type { Params } from '../http/params.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import {
  isKnownScope,
  isOpenIdScope,
  isSignInScope,
  splitOpenIdScopes,
  splitScopes,
} from './scopes.ts'

/** Which of the two authorize URLs a flow began at. */
export type Source = 'v2' | 'openid'

interface RequestedScopes {
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
}

/** The scopes an authorize URL asks for, or the Refusal that Slack's page would show. */
export function readScopes(
  source: Source,
  params: Params,
  { app, isDesktop }: { app: App; isDesktop: boolean },
): RequestedScopes {
  if (source === 'openid') return readOpenIdScopes(params)

  const scopes = splitScopes(params.scope ?? '')
  const userScopes = splitScopes(params.user_scope ?? '')
  const all = [...scopes, ...userScopes]
  if (all.length === 0) throw new Refusal('no_scopes', 'No scopes requested')
  refuseUnknown(all)
  if (all.some(isSignInScope) && !userScopes.every(isSignInScope)) refuseConflict()
  if (all.some(isSignInScope) && scopes.length > 0) refuseConflict()
  if (scopes.length === 0) return { scopes, userScopes }

  if (isDesktop) {
    throw new Refusal(
      'invalid_scope',
      'Desktop redirects are not allowed to request bot scopes. With PKCE enabled, a redirect to ' +
        'localhost is a desktop redirect: use an https redirect URL, or user scopes only',
    )
  }
  if (!app.botUser) {
    throw new Refusal('invalid_scope', `${app.name} doesn't have a bot user to install`)
  }
  return { scopes, userScopes }
}

function readOpenIdScopes(params: Params): RequestedScopes {
  const userScopes = splitOpenIdScopes(params.scope ?? '')
  if (userScopes.length === 0) throw new Refusal('no_scopes', 'No scopes requested')
  refuseUnknown(userScopes)
  if (!userScopes.every(isOpenIdScope)) refuseConflict()
  if (!userScopes.includes('openid')) {
    throw new Refusal('invalid_scope', 'Invalid permissions requested. Missing scope: openid')
  }
  return { scopes: [], userScopes }
}

function refuseUnknown(scopes: readonly string[]): void {
  const unknown = scopes.find((scope) => !isKnownScope(scope))
  if (unknown === undefined) return
  const explanation = `Invalid permissions requested. invalid_scope: ${unknown}`
  throw new Refusal('invalid_scope', explanation)
}

function refuseConflict(): never {
  throw new Refusal(
    'invalid_scope',
    'scope conflict: the scopes of Sign in with Slack cannot be combined with others',
  )
}
