import { SlackOAuthError } from '../../base/errors.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import { revokeToken } from '../../slack/methods/revoke.ts'
import type {
  GrantKey,
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import type { Store } from '../../store/store.ts'
import { exactQuery, nameOf, nothingMatches, selectPlace } from '../lookup/find-installation.ts'
import { findGrant, selectGrant, type TokenChoice } from '../lookup/find-token.ts'
import { grantsOfPlace, type StoredGrant, storedGrant } from '../lookup/stored-tokens.ts'
import { type LockNeeds, whileLocked } from './token-lock.ts'

export interface RevokeNeeds extends Omit<LockNeeds, 'store' | 'slack'> {
  readonly store: Pick<Store, 'installations' | 'tryLock'>
  readonly slack: SlackOptions
}

/**
 * The place that a filter names and no other: a workspace is not covered by its organization here,
 * nor an organization by its workspaces, so that a second run never reaches for what the first left.
 *
 * @throws SlackOAuthError `not_installed`, `ambiguous_installation`
 */
export async function placeToRevoke(
  installations: InstallationStore,
  filter: InstallationFilter,
): Promise<Place> {
  const { enterpriseId, teamId } = filter
  const exact = enterpriseId && teamId === undefined ? { teamId: '' } : {}
  const place = await selectPlace(installations, { ...filter, ...exact })
  if (teamId !== undefined && place.teamId !== teamId) throw nothingMatches(filter)
  return place
}

/**
 * The one token of a place that a choice names, where nothing is said the bot's: never another one
 * that is left.
 *
 * @throws SlackOAuthError `not_installed`; `usage` where nothing was said and members have tokens
 */
export async function tokenToRevoke(
  installations: InstallationStore,
  place: Place,
  choice: TokenChoice,
): Promise<StoredGrant | undefined> {
  const isSilent = choice.kind === 'any'
  if (isSilent && (await findGrant(installations, place)) === undefined) {
    for await (const { key } of grantsOfPlace(installations, place)) {
      throw new SlackOAuthError(
        'usage',
        `There is no bot token for ${await nameOf(installations, place)}, only those of members`,
        { hint: `Name one, as in --user ${key.userId}, or all of them with --all` },
      )
    }
  }
  const { clientId, enterpriseId = '', teamId = '' } = place
  const filter = { clientId, enterpriseId, teamId }
  const { key } = await selectGrant(installations, filter, isSilent ? { kind: 'bot' } : choice)
  return storedGrant(installations, key)
}

/**
 * Revokes a token at Slack, with what renews it, and then forgets it; a token that another program
 * puts there meanwhile as well. Where Slack fails, nothing is forgotten.
 *
 * @returns whether Slack revoked something now; false for a token that was dead already, or gone
 * @throws SlackOAuthError as {@link revokeToken} and {@link whileLocked}
 */
export async function revokeGrant(needs: RevokeNeeds, key: GrantKey): Promise<boolean> {
  const { store, slack } = needs
  const dead = new Set<string>()
  let isRevoked = false
  const revoke = async (token: string) => {
    if (await revokeToken(token, slack)) isRevoked = true
  }
  return whileLocked(needs, key, async () => {
    for (;;) {
      const grant = await findGrant(store.installations, key)
      if (grant === undefined) return isRevoked
      if (dead.has(grant.token)) {
        await forgetGrant(store.installations, key)
        return isRevoked
      }
      // First what makes new tokens: a program that takes no lock of ours may be about to
      if (grant.refreshToken !== undefined) await revoke(grant.refreshToken)
      await revoke(grant.token)
      dead.add(grant.token)
    }
  })
}

/** Forgets one token, and nothing else of its place. */
export async function forgetGrant(installations: InstallationStore, key: GrantKey): Promise<void> {
  const { userId, ...place } = key
  const exact = exactQuery(place)
  if (userId === undefined) await installations.deleteBot(exact)
  else await installations.deleteUserGrant({ ...exact, userId })
}
