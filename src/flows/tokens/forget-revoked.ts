import type {
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { exactly, exactQuery, isAt } from '../lookup/find-installation.ts'

/** What Slack says has ended, by an event of its own. */
export type Ending = (
  | { readonly kind: 'app_uninstalled' }
  /** By the ids of members and of the bot's user: Slack sends no tokens. */
  | {
      readonly kind: 'tokens_revoked'
      readonly userIds: readonly string[]
      readonly botUserIds: readonly string[]
    }
  /** Of an org-wide app: it stays in the organization. */
  | { readonly kind: 'team_access_revoked'; readonly teamIds: readonly string[] }
) & {
  readonly enterpriseId?: string
  readonly teamId?: string
  readonly isEnterpriseInstall?: boolean
  /** Unix time in whole seconds. */
  readonly at: number
}

/**
 * Forgets exactly what an event names; told twice, or in another order, it changes nothing more. What
 * was installed after the event stays: Slack delivers it again for up to a day.
 *
 * @see https://docs.slack.dev/reference/events/tokens_revoked
 */
export async function forgetRevoked(
  installations: InstallationStore,
  clientId: string,
  ending: Ending,
): Promise<void> {
  for (const filter of filters(clientId, ending)) {
    for await (const place of installations.places(filter)) {
      if (ending.kind === 'tokens_revoked') await forgetTokens(installations, place, ending)
      else await forgetPlace(installations, place, ending.at)
    }
  }
}

function filters(clientId: string, ending: Ending): InstallationFilter[] {
  const { enterpriseId, teamId, isEnterpriseInstall } = ending
  if (ending.kind === 'team_access_revoked') {
    return ending.teamIds.map((id) => ({ clientId, teamId: id }))
  }
  if (!isEnterpriseInstall) return teamId ? [{ clientId, teamId }] : []
  return enterpriseId ? [{ clientId, enterpriseId, teamId: '' }] : []
}

async function forgetTokens(
  installations: InstallationStore,
  place: Place,
  { userIds, botUserIds, at }: Extract<Ending, { kind: 'tokens_revoked' }>,
): Promise<void> {
  const exact = exactQuery(place)
  const bot = await installations.findBot(exact)
  if (bot && botUserIds.includes(bot.userId) && !(await isNewer(installations, place, at))) {
    await installations.deleteBot(exact)
  }
  for (const userId of userIds) {
    const member = { ...exact, userId }
    if (!(await isNewer(installations, member, at))) await installations.deleteUserGrant(member)
  }
}

async function forgetPlace(
  installations: InstallationStore,
  place: Place,
  at: number,
): Promise<void> {
  if (!(await isNewer(installations, place, at))) return installations.deleteAll(exactQuery(place))
  // The app was installed again since: only what is left from before goes
  for await (const { user, installedAt } of installations.list(exactly(place))) {
    if (installedAt >= at + 1) continue
    await installations.deleteInstallation({ ...exactQuery(place), userId: user.id })
  }
}

/** `event_time` has whole seconds, so what was installed within that second counts as before it. */
async function isNewer(
  installations: InstallationStore,
  query: Place & { readonly userId?: string },
  at: number,
): Promise<boolean> {
  const found = await installations.findInstallation(exactQuery(query))
  return found !== undefined && isAt(found, query) && found.installedAt >= at + 1
}
