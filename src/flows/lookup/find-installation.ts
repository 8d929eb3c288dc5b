import { SlackOAuthError } from '../../base/errors.ts'
import { type Installation, placeName } from '../../slack/installation.ts'
import type {
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'

/** As many choices as fit on a screen. */
const MOST_CHOICES = 10

/**
 * The one place that the filter leaves: an app in a workspace or organization. An organization alone
 * names its org-wide installation, where it has one; a workspace that has none of its own is covered
 * by that of the organization named with it.
 *
 * @throws SlackOAuthError `not_installed`; `ambiguous_installation` that lists the choices
 */
export async function selectPlace(
  installations: InstallationStore,
  filter: InstallationFilter,
): Promise<Place> {
  for (const attempt of attempts(filter)) {
    const [place, ...others] = await atMost(installations.places(attempt), MOST_CHOICES + 1)
    if (place === undefined) {
      // The tenant is decided before the member: one of another tenant is not the one meant
      const { userId, ...anyone } = attempt
      if (userId && (await atMost(installations.places(anyone), 1)).length > 0) break
      continue
    }
    if (others.length > 0) throw await ambiguous(installations, [place, ...others])
    return place
  }
  throw nothingMatches(filter)
}

/**
 * What a filter means, the nearest meaning first. A workspace's id decides; the organization named with it
 * chooses where it is stored twice, and covers it where it is not stored at all.
 */
function attempts(filter: InstallationFilter): InstallationFilter[] {
  const { enterpriseId, ...others } = filter
  if (!enterpriseId) return [filter]
  const orgWide = { ...filter, teamId: '' }
  return filter.teamId ? [filter, others, orgWide] : [orgWide, filter]
}

/**
 * The one installation that the filter leaves.
 *
 * @throws SlackOAuthError as {@link selectPlace}, also where several members installed the app
 */
export async function selectInstallation(
  installations: InstallationStore,
  filter: InstallationFilter,
): Promise<Installation> {
  const place = await selectPlace(installations, filter)
  const [first, ...others] = await members(installations, place, filter.userId)
  if (first === undefined) throw nothingMatches(filter)
  if (others.length > 0) throw ambiguousMember([first, ...others])
  return first
}

/** The installations of a place that a choice can be made from, or that of one member. */
async function members(
  installations: InstallationStore,
  place: Place,
  userId: string | undefined,
): Promise<Installation[]> {
  return atMost(
    installations.list({ ...exactly(place), ...(userId && { userId }) }),
    MOST_CHOICES + 1,
  )
}

/** The filter that lets nothing through but this place. */
export function exactly({ clientId, enterpriseId = '', teamId = '' }: Place): InstallationFilter {
  return { clientId, enterpriseId, teamId }
}

/** The query for exactly this place, or for one member of it: not for another place of the same workspace. */
export function exactQuery<K extends Place & { readonly userId?: string }>(key: K) {
  return { ...key, enterpriseId: key.enterpriseId ?? '' }
}

/** Where an installation is. */
export function placeOf({ clientId, enterprise, team, isEnterpriseInstall }: Installation): Place {
  return {
    clientId,
    ...(enterprise && { enterpriseId: enterprise.id }),
    ...(team && { teamId: team.id }),
    isEnterpriseInstall,
  }
}

/** The newest installation in that very place, or that of one member, where the store also looks in others. */
export async function findAt(
  installations: InstallationStore,
  key: Place & { readonly userId?: string },
): Promise<Installation | undefined> {
  const found = await installations.findInstallation(exactQuery(key))
  if (found === undefined) return undefined
  const { enterpriseId, teamId } = placeOf(found)
  const isThere =
    (enterpriseId ?? '') === (key.enterpriseId ?? '') && (teamId ?? '') === (key.teamId ?? '')
  return isThere ? found : undefined
}

/** @throws always: the members to choose from, in words. */
export function ambiguousMember(choices: readonly Installation[]): SlackOAuthError {
  const [first] = choices
  const ids = choices.map(({ user }) => user.id)
  return new SlackOAuthError(
    'ambiguous_installation',
    `Several members installed the app in ${first ? placeName(first) : ''}: ${listed(ids)}`,
    { hint: `Choose one, as in --user ${ids[0]}` },
  )
}

async function ambiguous(
  installations: InstallationStore,
  places: readonly [Place, ...Place[]],
): Promise<SlackOAuthError> {
  const isOneApp = new Set(places.map(({ clientId }) => clientId)).size === 1
  const teams = places.map(({ clientId, teamId = '' }) => `${clientId} ${teamId}`)
  const isTwice = (index: number) =>
    teams.indexOf(teams[index] ?? '') !== teams.lastIndexOf(teams[index] ?? '')
  const names: string[] = []
  for (const [index, place] of places.entries()) {
    const { enterpriseId, teamId, clientId } = place
    const where = enterpriseId ? `in the organization ${enterpriseId}` : 'outside any organization'
    names.push(
      (await nameOf(installations, place)) +
        (teamId && isTwice(index) ? ` ${where}` : '') +
        (isOneApp ? '' : ` of app ${clientId}`),
    )
  }
  const [{ clientId, teamId, enterpriseId }] = places
  const options = [
    teamId && `--team ${teamId}`,
    !teamId && `--enterprise ${enterpriseId}`,
    teamId && isTwice(0) && `--enterprise ${enterpriseId || 'none'}`,
    !isOneApp && `--client-id ${clientId}`,
  ].filter(Boolean)
  return new SlackOAuthError(
    'ambiguous_installation',
    `Several installations match: ${listed(names)}`,
    { hint: `Choose one, as in ${options.join(' ')}` },
  )
}

/** A place in words, by the name that its newest installation has for it. */
export async function nameOf(installations: InstallationStore, place: Place): Promise<string> {
  const { teamId, enterpriseId } = place
  return placeName(
    (await findAt(installations, place)) ?? {
      ...(enterpriseId && { enterprise: { id: enterpriseId } }),
      ...(teamId && { team: { id: teamId } }),
    },
  )
}

async function atMost<T>(items: AsyncIterable<T>, count: number): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    found.push(item)
    if (found.length >= count) break
  }
  return found
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_CHOICES).join(', ')
  return names.length > MOST_CHOICES ? `${shown}, …` : shown
}

/** For a filter that leaves nothing. */
export function nothingMatches(filter: InstallationFilter): SlackOAuthError {
  const wanted = [
    filter.userId && `member ${filter.userId}`,
    filter.teamId && `workspace ${filter.teamId}`,
    filter.enterpriseId && `organization ${filter.enterpriseId}`,
    filter.enterpriseId === '' && 'a workspace outside any organization',
    filter.clientId && `app ${filter.clientId}`,
  ].filter(Boolean)
  const what =
    wanted.length > 0 ? `Nothing is installed for ${wanted.join(', ')}` : 'Nothing is installed'
  return new SlackOAuthError('not_installed', what, {
    hint: wanted.length > 0 ? 'See what is: slack-oauth list' : 'slack-oauth install',
  })
}
