import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import type { GrantKey } from '../../store/installation-store.ts'
import type { Lock, Store } from '../../store/store.ts'
import { currentGrant } from '../lookup/find-token.ts'
import { busy, endless, lockLost, refused, withWayOut } from './renewal-errors.ts'
import { type RotationNeeds, rotateGrant } from './rotate.ts'
import { type LockNeeds, whileLocked } from './token-lock.ts'

export interface RenewalNeeds extends Omit<RotationNeeds, 'installations'>, LockNeeds {
  readonly store: Pick<Store, 'installations' | 'tryLock'>
  readonly slack: RotationNeeds['slack']
  /** Hears why a token was not renewed, which is still good for a while. */
  notRenewed?(problem: SlackOAuthError, grant: TokenGrant): void
}

export interface FreshGrantRequest {
  /** The token has to last so much longer. */
  readonly minTtlSeconds: number
  /** Renews a token that would last as well, and one that Slack has refused to renew. */
  readonly force?: boolean
}

/** A token that still works is not worth a longer wait for another process. */
const PATIENCE_WITH_VALID_SECONDS = 2

/**
 * A token that lasts: the stored one, or one that exactly one process renews, however many ask. Read;
 * where it does not last, take its lock, read again, and renew only if that is still needed. While
 * the token is valid a renewal that fails is no error; the new pair is stored before it is used.
 *
 * @throws SlackOAuthError `token_expired`, `refresh_token_invalid` … to authorize again; `store_…`;
 *   `slack_unavailable` … to try later
 */
export async function freshGrant(
  needs: RenewalNeeds,
  key: GrantKey,
  started: TokenGrant,
  request: FreshGrantRequest,
): Promise<TokenGrant> {
  const { installations } = needs.store
  if (isEnough(started, started, request, needs.now())) return started
  if (started.refreshToken === undefined) {
    return valid(needs, started, endless(key, started, needs.now()))
  }
  if (started.failure && !request.force) return valid(needs, started, refused(key, started))
  return whileLocked(
    needs,
    key,
    (lock) => renewed(needs, key, started, request, lock),
    async (waited) => {
      const grant = await currentGrant(installations, key)
      if (isEnough(grant, started, request, needs.now())) return grant
      const isPatient = waited <= PATIENCE_WITH_VALID_SECONDS || !isValidAt(grant, needs.now())
      return isPatient ? undefined : valid(needs, grant, busy(key, waited))
    },
  )
}

/** Under the lock. */
async function renewed(
  needs: RenewalNeeds,
  key: GrantKey,
  started: TokenGrant,
  request: FreshGrantRequest,
  lock: Lock,
): Promise<TokenGrant> {
  const { installations } = needs.store
  for (;;) {
    const grant = await currentGrant(installations, key)
    if (isEnough(grant, started, request, needs.now())) return grant
    if (grant.refreshToken === undefined) {
      return valid(needs, grant, endless(key, grant, needs.now()))
    }
    const isValid = isValidAt(grant, needs.now())
    if (lock.isLost()) return valid(needs, grant, lockLost(key))
    // A token that works is not worth Slack's pauses, unless it is to be another one
    const isGoodEnough = isValid && !request.force
    const slack = { ...needs.slack, ...(isGoodEnough && { longestRetryAfterSeconds: 0 }) }
    try {
      const next = await rotateGrant({ ...needs, slack, installations }, key, grant)
      if (next) return next
    } catch (error) {
      // A program that takes no lock of ours may have renewed it
      const again = await currentGrant(installations, key)
      if (again.token === grant.token) return valid(needs, again, withWayOut(key, grant, error))
    }
    needs.slack.signal.throwIfAborted()
  }
}

/** Whether nothing needs to be done; whoever replaced the token we began with has done it. */
function isEnough(
  grant: TokenGrant,
  started: TokenGrant,
  { minTtlSeconds, force }: FreshGrantRequest,
  now: number,
): boolean {
  if (grant.token !== started.token) return isValidAt(grant, now)
  return !force && (grant.expiresAt === undefined || grant.expiresAt > now + minTtlSeconds)
}

function isValidAt({ expiresAt }: TokenGrant, now: number): boolean {
  return expiresAt === undefined || expiresAt > now
}

/** The token all the same while it is valid. */
function valid(needs: RenewalNeeds, grant: TokenGrant, problem: unknown): TokenGrant {
  const isOurs = problem instanceof SlackOAuthError && !isInterruption(problem)
  if (!isOurs || !isValidAt(grant, needs.now())) throw problem
  needs.notRenewed?.(problem, grant)
  return grant
}

function isInterruption({ exitCode }: SlackOAuthError): boolean {
  return exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated
}
