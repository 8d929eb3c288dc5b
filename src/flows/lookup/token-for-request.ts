import type { InstallationQuery, InstallationStore } from '../../store/installation-store.ts'
import { placeOf } from './find-installation.ts'
import { findGrant, type SelectedGrant } from './find-token.ts'

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
  if (!enterpriseId && !teamId) return undefined
  const query = {
    clientId,
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    ...(isEnterpriseInstall && { isEnterpriseInstall }),
  }
  const bot = isForUser ? undefined : await findTenantToken(installations, query)
  if (bot || userId === undefined) return bot
  return findTenantToken(installations, { ...query, userId })
}

/**
 * The bot's token that a query means, or with a `userId` that member's, by the store's rule of tenants.
 * Mostly it takes one look.
 */
export async function findTenantToken(
  installations: InstallationStore,
  query: InstallationQuery & { readonly clientId: string },
): Promise<SelectedGrant | undefined> {
  const { clientId, teamId, userId, isEnterpriseInstall } = query
  const found = await installations.findInstallation(query)
  if (found === undefined) return undefined
  const grant = userId === undefined ? found.bot : found.user.grant
  const ofMember = userId === undefined ? {} : { userId }
  if (grant) return { key: { ...placeOf(found), ...ofMember }, grant }
  if (!teamId || isEnterpriseInstall || found.isEnterpriseInstall) return undefined
  // A workspace may be stored a second time, from before it joined an organization
  for await (const place of installations.places({ clientId, teamId })) {
    const key = { ...place, ...ofMember }
    const other = await findGrant(installations, key)
    if (other) return { key, grant: other }
  }
  return undefined
}
