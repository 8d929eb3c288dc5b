import { SlackOAuthError } from '../errors.js'
import { type Installation, placeName } from '../slack/installation.js'
import type { InstallationFilter, InstallationStore } from '../store/installation-store.js'

/** As many choices as fit on a screen. */
const MOST_CHOICES = 10

/**
 * All installations in the one place that the filter leaves: an app in a workspace or organization.
 * An organization alone names its org-wide installation, where it has one; a workspace that has
 * none of its own is covered by that of the organization named with it.
 *
 * @throws SlackOAuthError `not_installed`; `ambiguous_installation` that lists the choices
 */
export async function selectPlace(
  installations: InstallationStore,
  filter: InstallationFilter,
): Promise<[Installation, ...Installation[]]> {
  const places = await firstPlaces(installations, attempts(filter))
  const [first, ...others] = places
  if (!first) throw nothingMatches(filter)
  if (others.length > 0) throw ambiguous(places.map(([installation]) => installation))
  return first
}

/** What a filter means, the nearest meaning first. */
function attempts(filter: InstallationFilter): InstallationFilter[] {
  if (filter.enterpriseId === undefined) return [filter]
  const orgWide = { ...filter, teamId: '' }
  return filter.teamId === undefined ? [orgWide, filter] : [filter, orgWide]
}

type Members = [Installation, ...Installation[]]

/** The places that the first successful attempt finds, as many as anyone wants to choose from. */
async function firstPlaces(
  installations: InstallationStore,
  filters: readonly InstallationFilter[],
): Promise<Members[]> {
  for (const filter of filters) {
    const places = new Map<string, Members>()
    for await (const installation of installations.list(filter)) {
      const { clientId, enterprise, team } = installation
      const key = JSON.stringify([clientId, enterprise?.id, team?.id])
      const members = places.get(key)
      if (members) members.push(installation)
      else places.set(key, [installation])
      if (places.size > MOST_CHOICES) break
    }
    if (places.size > 0) return [...places.values()]
  }
  return []
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
  const [first, ...others] = await selectPlace(installations, filter)
  if (others.length > 0) throw ambiguousMember([first, ...others])
  return first
}

/** @throws always: the members to choose from, in words. */
export function ambiguousMember(members: readonly Installation[]): SlackOAuthError {
  const [first] = members
  const ids = members.map(({ user }) => user.id)
  return new SlackOAuthError(
    'ambiguous_installation',
    `Several members installed the app in ${first ? placeName(first) : ''}: ${listed(ids)}`,
    { hint: `Choose one, as in --user ${ids[0]}` },
  )
}

function ambiguous(choices: readonly Installation[]): SlackOAuthError {
  const apps = new Set(choices.map(({ clientId }) => clientId))
  const names = choices.map((choice) =>
    apps.size > 1 ? `${placeName(choice)} of app ${choice.clientId}` : placeName(choice),
  )
  const [first] = choices
  const option = first?.team ? `--team ${first.team.id}` : `--enterprise ${first?.enterprise?.id}`
  const oneOf = apps.size > 1 ? `${option} --client-id ${first?.clientId}` : option
  return new SlackOAuthError(
    'ambiguous_installation',
    `Several installations match: ${listed(names)}`,
    {
      hint: `Choose one, as in ${oneOf}`,
    },
  )
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_CHOICES).join(', ')
  return names.length > MOST_CHOICES ? `${shown}, …` : shown
}

function nothingMatches(filter: InstallationFilter): SlackOAuthError {
  const wanted = [
    filter.userId && `member ${filter.userId}`,
    filter.teamId && `workspace ${filter.teamId}`,
    filter.enterpriseId && `organization ${filter.enterpriseId}`,
    filter.clientId && `app ${filter.clientId}`,
  ].filter(Boolean)
  const what =
    wanted.length > 0 ? `Nothing is installed for ${wanted.join(', ')}` : 'Nothing is installed'
  return new SlackOAuthError('not_installed', what, {
    hint: wanted.length > 0 ? 'See what is: slack-oauth list' : 'slack-oauth install',
  })
}
