import { PKCE_REFRESH_LIFETIME_SECONDS } from './defaults.js'
import { accessPrefix, type Grant, grantKey } from './grant.js'
import type { Settings } from './options.js'
import { randomSecret } from './random.js'
import { mergeScopes } from './scopes.js'

/** Slack, "Using token rotation": refreshing often leaves two active tokens, no more. */
const ACTIVE_TOKENS_PER_GRANT = 2

interface AccessToken {
  readonly token: string
  readonly grantKey: string
  readonly expiresAt: number | undefined
  isRevoked: boolean
}

interface RefreshToken {
  readonly grantKey: string
  readonly expiresAt: number | undefined
  spentAt: number | undefined
}

/** Tokens as they go on the wire, with the grant as it now stands. */
export interface Issued {
  readonly grant: Grant
  readonly wire: { access_token: string; expires_in?: number; refresh_token?: string }
}

export type Standing =
  | { readonly is: 'valid'; readonly grant: Grant; readonly expiresAt: number | undefined }
  | { readonly is: 'token_expired' | 'token_revoked' | 'invalid_auth' }

export type Tokens = ReturnType<typeof createTokens>

type Lifetimes = Pick<Settings, 'tokenLifetimeSeconds' | 'refreshGraceSeconds'>

/** Every token ever given, dead ones too: Slack tells an expired from an unknown one. */
export function createTokens(lifetimes: Lifetimes, now: () => number) {
  const grants = new Map<string, Grant>()
  const accessTokens = new Map<string, AccessToken>()
  const refreshTokens = new Map<string, RefreshToken>()

  function isActive({ isRevoked, expiresAt }: AccessToken): boolean {
    return !isRevoked && (expiresAt === undefined || expiresAt > now())
  }

  function activeTokens(key: string): AccessToken[] {
    return [...accessTokens.values()].filter((held) => held.grantKey === key && isActive(held))
  }

  function mint(key: string, grant: Grant): Issued {
    const token = `${accessPrefix(grant)}${randomSecret()}`
    const lifetime = lifetimes.tokenLifetimeSeconds
    const expiresAt = grant.isRotating ? now() + lifetime : undefined
    accessTokens.set(token, { token, grantKey: key, expiresAt, isRevoked: false })
    for (const held of activeTokens(key).slice(0, -ACTIVE_TOKENS_PER_GRANT)) held.isRevoked = true
    if (!grant.isRotating) return { grant, wire: { access_token: token } }

    const refreshToken = `xoxe-1-sandbox${randomSecret()}${randomSecret()}`
    refreshTokens.set(refreshToken, {
      grantKey: key,
      expiresAt: grant.app.pkce ? now() + PKCE_REFRESH_LIFETIME_SECONDS : undefined,
      spentAt: undefined,
    })
    const wire = { access_token: token, expires_in: lifetime, refresh_token: refreshToken }
    return { grant, wire }
  }

  /** The grant behind a refresh token that still works; asking does not spend it. */
  function findRefreshable(refreshToken: string): Grant | undefined {
    const held = refreshTokens.get(refreshToken)
    if (!held) return undefined
    if (held.expiresAt !== undefined && held.expiresAt <= now()) return undefined
    const isSpent =
      held.spentAt !== undefined && held.spentAt + lifetimes.refreshGraceSeconds <= now()
    return isSpent ? undefined : grants.get(held.grantKey)
  }

  return {
    /** Tokens for a consent just given: new ones, or again the one that never expires. */
    issue(asked: Grant): Issued {
      const key = grantKey(asked)
      const scopes = mergeScopes(grants.get(key)?.scopes ?? [], asked.scopes)
      const grant = { ...asked, scopes }
      grants.set(key, grant)
      const [standing] = activeTokens(key)
      if (!grant.isRotating && standing) return { grant, wire: { access_token: standing.token } }

      // A new install starts the chain anew: what was handed out before is as good as spent.
      for (const held of refreshTokens.values()) {
        if (held.grantKey === key) held.spentAt ??= now()
      }
      return mint(key, grant)
    },

    findRefreshable,

    /** A new pair; within the grace period a different one at each use. */
    refresh(refreshToken: string): Issued | undefined {
      const grant = findRefreshable(refreshToken)
      const held = refreshTokens.get(refreshToken)
      if (!grant || !held) return undefined
      held.spentAt ??= now()
      return mint(held.grantKey, grant)
    },

    find(token: string): Standing {
      const held = accessTokens.get(token)
      const grant = held && grants.get(held.grantKey)
      if (!held || !grant) return { is: 'invalid_auth' }
      if (held.isRevoked) return { is: 'token_revoked' }
      if (!isActive(held)) return { is: 'token_expired' }
      return { is: 'valid', grant, expiresAt: held.expiresAt }
    },
  }
}
