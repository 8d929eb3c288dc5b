import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation } from '../../slack/installation.ts'
import type {
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { type SelectedGrant, selectGrant, type TokenChoice } from './find-token.ts'

/** For whom a request of Slack's came, as it says itself. */
export interface RequestSource {
  readonly enterpriseId?: string
  readonly teamId?: string
  /** The member who acted, or who authorized the app to hear of it. */
  readonly userId?: string
  /** The app hears of it by an authorization of that member, not by its bot. */
  readonly isForUser?: boolean
  readonly isEnterpriseInstall?: boolean
}

/**
 * The token to serve a request with: the bot's of the place, else the member's own; nobody gets
 * another member's. Undefined where the app is not installed for it.
 */
export async function findRequestGrant(
  installations: InstallationStore,
  clientId: string,
  source: RequestSource,
): Promise<SelectedGrant | undefined> {
  const { userId, isForUser, enterpriseId, teamId, isEnterpriseInstall } = source
  // Two looks, and mostly one: this is done for each request
  const place = {
    clientId,
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    ...(isEnterpriseInstall && { isEnterpriseInstall }),
  }
  if (!isForUser) {
    const newest = await installations.findInstallation(place)
    if (newest?.bot) return { key: placeOf(newest), grant: newest.bot }
  }
  if (userId !== undefined) {
    const own = await installations.findInstallation({ ...place, userId })
    if (own?.user.grant) return { key: { ...placeOf(own), userId }, grant: own.user.grant }
  }
  return elsewhere(installations, clientId, source)
}

/**
 * Where a request does not name its organization, or only a bot is left of a place. A workspace's id
 * is the same whatever organization it joins.
 */
async function elsewhere(
  installations: InstallationStore,
  clientId: string,
  { enterpriseId, teamId, userId, isForUser, isEnterpriseInstall }: RequestSource,
): Promise<SelectedGrant | undefined> {
  const filters: InstallationFilter[] = [
    ...(teamId && !isEnterpriseInstall ? [{ clientId, teamId }] : []),
    ...(enterpriseId ? [{ clientId, enterpriseId, teamId: '' }] : []),
  ]
  const choices: TokenChoice[] = [
    ...(isForUser ? [] : [{ kind: 'bot' } as const]),
    ...(userId === undefined ? [] : [{ kind: 'user', userId } as const]),
  ]
  for (const filter of filters) {
    for (const choice of choices) {
      const found = await selectGrant(installations, filter, choice).catch(ignoreAbsence)
      if (found) return found
    }
  }
  return undefined
}

function ignoreAbsence(error: unknown): undefined {
  const isAbsence =
    error instanceof SlackOAuthError &&
    (error.code === 'not_installed' || error.code === 'ambiguous_installation')
  if (!isAbsence) throw error
}

function placeOf({ clientId, enterprise, team, isEnterpriseInstall }: Installation): Place {
  return {
    clientId,
    ...(enterprise && { enterpriseId: enterprise.id }),
    ...(team && { teamId: team.id }),
    isEnterpriseInstall,
  }
}
