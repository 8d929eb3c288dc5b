import { setTimeout as sleep } from 'node:timers/promises'
import { exitCodes, SlackOAuthError } from '../errors.js'
import { moment } from '../moment.js'
import type { TokenGrant } from '../slack/installation.js'
import type { GrantKey } from '../store/installation-store.js'
import type { Lock, Store } from '../store/store.js'
import { busy, endless, refused, withWayOut } from './renewal-error.js'
import { type RotationNeeds, rotateGrant } from './rotate-grant.js'
import { findGrant } from './select-grant.js'

export interface RenewalNeeds extends Omit<RotationNeeds, 'installations'> {
  readonly store: Pick<Store, 'installations' | 'tryLock'>
  /** Hears of what is not wrong enough to fail, such as a renewal that can be tried again. */
  warn?(message: string): void
  /** Hears once, when another process is at it for longer than a moment. */
  waiting?(): void
  /** How long to wait for another process that renews the token. */
  readonly lockTimeoutSeconds: number
}

export interface FreshGrantRequest {
  /** The token has to last so much longer. */
  readonly minTtlSeconds: number
  /** Renews a token that would last as well, and one that Slack has refused to renew. */
  readonly force?: boolean
}

/** A token that still works is not worth a longer wait. */
const PATIENCE_WITH_VALID_SECONDS = 2
const NOTICE_AFTER_SECONDS = 1

/**
 * A token that lasts: the stored one, or one that exactly one process renews, however many ask. Read;
 * where it does not last, take its lock, read again, and renew only if that is still needed. While
 * the token is valid, a renewal that fails is a warning; the new pair is stored before it is used.
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
  if (isEnough(started, started, request, needs.now())) return started
  if (started.refreshToken === undefined)
    return valid(needs, started, endless(key, started, needs.now()))
  if (started.failure && !request.force) return valid(needs, started, refused(key, started))
  const { lock, grant } = await locked(needs, key, started, request)
  if (lock === undefined) return grant
  try {
    return await renewed(needs, key, grant, started, request)
  } finally {
    await lock.release()
  }
}

/** Waits for the lock; without it, whoever had it has renewed the token, or has it for too long. */
async function locked(
  needs: RenewalNeeds,
  key: GrantKey,
  started: TokenGrant,
  request: FreshGrantRequest,
): Promise<{ lock?: Lock; grant: TokenGrant }> {
  const { signal } = needs.slack
  const startedAt = performance.now()
  let isNoticed = false
  for (;;) {
    const lock = await needs.store.tryLock(key)
    const grant = await current(needs, key).catch(async (error: unknown) => {
      await lock?.release()
      throw error
    })
    if (lock) return { lock, grant }
    if (isEnough(grant, started, request, needs.now())) return { grant }
    const waited = (performance.now() - startedAt) / 1000
    const isValid = isValidAt(grant, needs.now())
    const patience = isValid ? PATIENCE_WITH_VALID_SECONDS : needs.lockTimeoutSeconds
    if (waited > Math.min(patience, needs.lockTimeoutSeconds)) {
      return { grant: valid(needs, grant, busy(key, waited)) }
    }
    if (waited > NOTICE_AFTER_SECONDS && !isNoticed) {
      isNoticed = true
      needs.waiting?.()
    }
    // Its own AbortError says nothing: what counts is why the signal was given
    await sleep(20 + Math.random() * 60, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** Under the lock. */
async function renewed(
  needs: RenewalNeeds,
  key: GrantKey,
  read: TokenGrant,
  started: TokenGrant,
  request: FreshGrantRequest,
): Promise<TokenGrant> {
  const { installations } = needs.store
  for (let grant = read; ; grant = await current(needs, key)) {
    if (isEnough(grant, started, request, needs.now())) return grant
    if (grant.refreshToken === undefined)
      return valid(needs, grant, endless(key, grant, needs.now()))
    const isValid = isValidAt(grant, needs.now())
    // A token that works is not worth Slack's pauses
    const slack = { ...needs.slack, ...(isValid && { longestRetryAfterSeconds: 0 }) }
    try {
      const next = await rotateGrant({ ...needs, slack, installations }, key, grant)
      if (next) return next
    } catch (error) {
      // A program that takes no lock of ours may have renewed it
      const again = await current(needs, key)
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

/** The token all the same while it is valid, with a word of what went wrong. */
function valid(needs: RenewalNeeds, grant: TokenGrant, problem: unknown): TokenGrant {
  const isOurs = problem instanceof SlackOAuthError && !isInterruption(problem)
  if (!isOurs || !isValidAt(grant, needs.now())) throw problem
  const until = grant.expiresAt === undefined ? '' : `, it is good until ${moment(grant.expiresAt)}`
  needs.warn?.(`The token was not renewed${until}: ${problem.message}`)
  return grant
}

function isInterruption({ exitCode }: SlackOAuthError): boolean {
  return exitCode === exitCodes.interrupted || exitCode === exitCodes.terminated
}

async function current(needs: RenewalNeeds, key: GrantKey): Promise<TokenGrant> {
  const grant = await findGrant(needs.store.installations, key)
  if (grant) return grant
  throw new SlackOAuthError('not_installed', 'The installation was deleted meanwhile', {
    hint: 'slack-oauth install',
  })
}
