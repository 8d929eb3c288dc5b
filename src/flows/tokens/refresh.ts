import { SlackOAuthError } from '../../base/errors.ts'
import { inParallel } from '../../base/parallel.ts'
import { createPace } from '../../slack/client/rate-limit.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import type { SelectedGrant } from '../lookup/find-token.ts'
import { migrateGrant } from './migrate.ts'
import { type FreshGrantRequest, freshGrant, type RenewalNeeds } from './renew.ts'

/** What became of one token. */
export interface Refreshed {
  readonly key: SelectedGrant['key']
  readonly outcome: 'renewed' | 'migrated' | 'kept' | 'failed'
  /** As it is stored now, where that is known. */
  readonly grant: TokenGrant
  readonly error?: SlackOAuthError
}

export interface RefreshRequest extends FreshGrantRequest {
  /** Exchanges tokens that do not expire for pairs that do, instead of renewing those that do. */
  readonly migrate?: boolean
}

/** Slack limits how often an app may ask. */
const AT_A_TIME = 4

/**
 * Renews tokens, each apart: the failure of one is told, and ends nothing for the others. When Slack
 * limits one, all wait.
 */
export async function* refreshAll(
  needs: RenewalNeeds,
  grants: AsyncIterable<SelectedGrant> | Iterable<SelectedGrant>,
  request: RefreshRequest,
): AsyncGenerator<Refreshed> {
  const paced = { ...needs, slack: { ...needs.slack, pace: createPace() } }
  yield* inParallel(grants, AT_A_TIME, async ({ key, grant }): Promise<Refreshed> => {
    try {
      return await refreshOne(paced, { key, grant }, request)
    } catch (error) {
      needs.slack.signal.throwIfAborted()
      if (!(error instanceof SlackOAuthError)) throw error
      return { key, outcome: 'failed', grant, error }
    }
  })
}

async function refreshOne(
  needs: RenewalNeeds,
  { key, grant }: SelectedGrant,
  request: RefreshRequest,
): Promise<Refreshed> {
  // A warning that it was not renewed is a failure to whoever asked for just that
  let problem: SlackOAuthError | undefined
  const strict: RenewalNeeds = {
    ...needs,
    notRenewed: (error) => {
      problem = error
    },
  }
  const expires = grant.expiresAt !== undefined || grant.refreshToken !== undefined
  if (Boolean(request.migrate) === expires) return { key, outcome: 'kept', grant }
  const next = request.migrate
    ? await migrateGrant(strict, key, grant)
    : await freshGrant(strict, key, grant, request)
  if (problem) return { key, outcome: 'failed', grant: next, error: problem }
  if (next.token === grant.token) return { key, outcome: 'kept', grant }
  return { key, outcome: request.migrate ? 'migrated' : 'renewed', grant: next }
}
