import { mergeScopes } from '../authorize/scopes.ts'
import type { Settings } from '../options.ts'
import { accessPrefix, type Grant, grantKey } from './grant.ts'
import { randomSecret } from './random.ts'

/** Slack, "Using token rotation": refreshing often leaves two active tokens, no more. */
const ACTIVE_TOKENS_PER_GRANT = 2

interface AccessToken {
  readonly token: string
  readonly grantKey: string
  readonly expiresAt: number | undefined
  isRevoked: boolean
  isExchanged: boolean
}

interface RefreshToken {
  readonly grantKey: string
  readonly expiresAt: number | undefined
  spentAt: number | undefined
  isRevoked: boolean
  /** The lasting token that was exchanged for this pair, and dies with the pair's first refresh. */
  readonly replaces: AccessToken | undefined
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

export type Lifetimes = Pick<
  Settings,
  'tokenLifetimeSeconds' | 'refreshGraceSeconds' | 'pkceRefreshLifetimeSeconds'
>

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

  function mint(key: string, grant: Grant, replaces?: AccessToken): Issued {
    const token = `${accessPrefix(grant)}${randomSecret()}`
    const lifetime = lifetimes.tokenLifetimeSeconds
    const expiresAt = grant.isRotating ? now() + lifetime : undefined
    const fresh = { isRevoked: false, isExchanged: false }
    accessTokens.set(token, { token, grantKey: key, expiresAt, ...fresh })
    for (const held of activeTokens(key).slice(0, -ACTIVE_TOKENS_PER_GRANT)) held.isRevoked = true
    if (!grant.isRotating) return { grant, wire: { access_token: token } }

    const refreshToken = `xoxe-1-sandbox${randomSecret()}${randomSecret()}`
    refreshTokens.set(refreshToken, {
      grantKey: key,
      expiresAt: grant.app.pkce ? now() + lifetimes.pkceRefreshLifetimeSeconds : undefined,
      spentAt: undefined,
      isRevoked: false,
      replaces,
    })
    const wire = { access_token: token, expires_in: lifetime, refresh_token: refreshToken }
    return { grant, wire }
  }

  function find(token: string): Standing {
    const held = accessTokens.get(token)
    if (!held) return { is: 'invalid_auth' }
    const grant = grants.get(held.grantKey)
    if (held.isRevoked || !grant) return { is: 'token_revoked' }
    if (!isActive(held)) return { is: 'token_expired' }
    return { is: 'valid', grant, expiresAt: held.expiresAt }
  }

  function findRefreshToken(refreshToken: string): Standing {
    const held = refreshTokens.get(refreshToken)
    if (!held) return { is: 'invalid_auth' }
    const grant = grants.get(held.grantKey)
    const isSpent =
      held.spentAt !== undefined && held.spentAt + lifetimes.refreshGraceSeconds <= now()
    if (held.isRevoked || isSpent || !grant) return { is: 'token_revoked' }
    const { expiresAt } = held
    if (expiresAt !== undefined && expiresAt <= now()) return { is: 'token_expired' }
    return { is: 'valid', grant, expiresAt }
  }

  /** The grant behind a refresh token that still works; asking does not spend it. */
  function findRefreshable(refreshToken: string): Grant | undefined {
    const found = findRefreshToken(refreshToken)
    return found.is === 'valid' ? found.grant : undefined
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
      if (held.replaces) held.replaces.isRevoked = true
      return mint(held.grantKey, grant)
    },

    find,

    /** An access token or a refresh token, whichever it is. */
    findEither(token: string): Standing {
      return refreshTokens.has(token) ? findRefreshToken(token) : find(token)
    },

    isExchanged(token: string): boolean {
      return accessTokens.get(token)?.isExchanged ?? false
    },

    /** A rotating pair in the place of a lasting token, which lives until the pair is refreshed. */
    exchange(token: string): Issued | undefined {
      const held = accessTokens.get(token)
      const before = held && grants.get(held.grantKey)
      if (!held || !before) return undefined
      held.isExchanged = true
      const rotating = { ...before, isRotating: true }
      const key = grantKey(rotating)
      const scopes = mergeScopes(grants.get(key)?.scopes ?? [], rotating.scopes)
      const grant = { ...rotating, scopes }
      grants.set(key, grant)
      return mint(key, grant, held)
    },

    /** This one token, of either sort, and nothing that was given with it. */
    revoke(token: string): void {
      const held = accessTokens.get(token) ?? refreshTokens.get(token)
      if (held) held.isRevoked = true
    },

    /** Ends the grants themselves: their tokens die, and a later consent starts from nothing. */
    revokeGrants(isMeant: (grant: Grant) => boolean): void {
      for (const [key, grant] of grants) {
        if (!isMeant(grant)) continue
        grants.delete(key)
        for (const held of [...accessTokens.values(), ...refreshTokens.values()]) {
          if (held.grantKey === key) held.isRevoked = true
        }
      }
    },
  }
}
