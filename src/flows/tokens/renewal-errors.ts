import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { moment } from '../../base/utc-time.ts'
import { REINSTALL } from '../../slack/client/error-hints.ts'
import { placeName, type TokenGrant } from '../../slack/installation.ts'
import type { GrantKey } from '../../store/installation-store.ts'

/** For a token that ends, or has ended, and that nothing can renew. */
export function endless(key: GrantKey, grant: TokenGrant, now: number): SlackOAuthError {
  const { expiresAt } = grant
  if (expiresAt === undefined) {
    return new SlackOAuthError('usage', `${tokenOf(key)} does not expire, and so is not renewed`, {
      hint: 'Once token rotation is on for the app: slack-oauth refresh --migrate',
    })
  }
  return new SlackOAuthError(
    'token_expired',
    `${tokenOf(key)} ${ends(expiresAt, now)} and was stored without a refresh token`,
    { hint: reinstall(key, grant) },
  )
}

/** For a token that could be renewed, and is not to be. */
export function expired(
  key: GrantKey,
  { expiresAt = 0 }: TokenGrant,
  now: number,
): SlackOAuthError {
  return new SlackOAuthError('token_expired', `${tokenOf(key)} ${ends(expiresAt, now)}`, {
    hint: 'Without --no-refresh, it is renewed',
  })
}

function ends(expiresAt: number, now: number): string {
  return `${expiresAt > now ? 'expires' : 'expired'} at ${moment(expiresAt)}`
}

/** For a token that Slack has refused to renew before. */
export function refused(key: GrantKey, grant: TokenGrant): SlackOAuthError {
  const { code, at } = grant.failure ?? { code: 'unknown', at: 0 }
  return new SlackOAuthError(
    'refresh_token_invalid',
    `${tokenOf(key)} cannot be renewed: Slack refused at ${moment(at)} (${code})`,
    { hint: reinstall(key, grant) },
  )
}

export function busy(key: GrantKey, waitedSeconds: number): SlackOAuthError {
  return new SlackOAuthError(
    'store_locked',
    `${tokenOf(key)} has been locked by another process for ${Math.floor(waitedSeconds)} seconds`,
    { hint: 'Is it stopped? Continue or end it, and run the command again' },
  )
}

/** For a lock that the store's server has ended while something was done under it. */
export function lockLost(key: GrantKey): SlackOAuthError {
  return new SlackOAuthError(
    'store_unavailable',
    `The lock of ${tokenOf(key).replace(/^T/, 't')} was lost with its connection`,
    { hint: 'Run the command again' },
  )
}

/** What Slack says, with the command line that gets a new token where nothing else helps. */
export function withWayOut(key: GrantKey, grant: TokenGrant, error: unknown): unknown {
  const isFinal =
    error instanceof SlackOAuthError &&
    error.exitCode === exitCodes.refresh_token_invalid &&
    error.hint === REINSTALL
  if (!isFinal) return error
  return new SlackOAuthError(error.code, `${tokenOf(key)} cannot be renewed: ${error.message}`, {
    hint: reinstall(key, grant),
    cause: error,
  })
}

/** Why a token that is still good was not renewed. */
export function notRenewedInWords(problem: SlackOAuthError, { expiresAt }: TokenGrant): string {
  const until = expiresAt === undefined ? '' : `, it is good until ${moment(expiresAt)}`
  return `The token was not renewed${until}: ${problem.message}`
}

function tokenOf({ teamId, enterpriseId, userId }: GrantKey): string {
  const place = placeName({
    ...(enterpriseId && { enterprise: { id: enterpriseId } }),
    ...(teamId && { team: { id: teamId } }),
  })
  return userId ? `The token of ${userId} for ${place}` : `The bot token for ${place}`
}

/** The command line that replaces a token, whole. */
export function reinstall(
  { teamId, userId }: GrantKey,
  { scopes, isPublicClient }: TokenGrant,
): string {
  const option = userId === undefined ? '--scopes' : '--user-scopes'
  const wanted = scopes.length > 0 ? ` ${option} ${scopes.join(',')}` : ''
  return `slack-oauth install${isPublicClient ? ' --pkce' : ''}${teamId ? ` --team ${teamId}` : ''}${wanted}`
}
