import { SlackOAuthError } from '../../base/errors.ts'
import type { InstallationFilter, InstallationQuery, Place } from '../installation-store.ts'
import type { Dialect, KeyColumn } from './database.ts'
import { first, type Row, type Steps } from './steps.ts'
import { time } from './time.ts'

/**
 * The first place after another that the filter lets through. It goes from place to place by an
 * index, so that it costs the same however many members there are.
 */
export function* nextPlace(
  dialect: Dialect,
  filter: InstallationFilter,
  after: PlaceColumns,
): Steps<PlaceColumns | undefined> {
  // A bot may be all that is left of a place; of a member it says nothing
  const tables = filter.userId === undefined ? ['slack_bots'] : []
  let nearest: PlaceColumns | undefined
  for (const table of ['slack_installations', ...tables]) {
    const row = yield* first(
      `select client_id, enterprise_id, team_id from ${table}
       where ${passes(dialect, filter)} ${keys(dialect, PLACE)} > (@afterClientId, @afterEnterpriseId, @afterTeamId)
       order by ${PLACE.map((column) => dialect.key(column)).join(', ')} limit 1`,
      {
        ...filter,
        afterClientId: after.clientId,
        afterEnterpriseId: after.enterpriseId,
        afterTeamId: after.teamId,
      },
    )
    const place = row && placeColumns(row)
    if (place && (nearest === undefined || isBefore(place, nearest))) nearest = place
  }
  return nearest
}

function isBefore(a: PlaceColumns, b: PlaceColumns): boolean {
  const [first, second] = [a, b].map((each) => [each.clientId, each.enterpriseId, each.teamId])
  const different = first?.findIndex((value, index) => value !== second?.[index]) ?? -1
  return different >= 0 && (first?.[different] ?? '') < (second?.[different] ?? '')
}

/** The columns that name a place, '' where it has no organization or no workspace. */
export interface PlaceColumns {
  readonly clientId: string
  readonly enterpriseId: string
  readonly teamId: string
}

/** The newest row is the current one: programs on the same tables may only ever insert. */
export const NEWEST = 'order by installed_at desc, id desc limit 1'

export function atPlace({ key }: Dialect): string {
  return `${key('client_id')} = @clientId and ${key('enterprise_id')} = @enterpriseId and ${key('team_id')} = @teamId`
}

export function ofMember({ key }: Dialect): string {
  return `${key('user_id')} = @userId`
}

export const PLACE: readonly KeyColumn[] = ['client_id', 'enterprise_id', 'team_id']

/** Each condition of the filter, with an `and` behind it. */
export function passes({ key }: Dialect, filter: InstallationFilter): string {
  return [
    filter.clientId !== undefined && `${key('client_id')} = @clientId and`,
    filter.enterpriseId !== undefined && `${key('enterprise_id')} = @enterpriseId and`,
    filter.teamId !== undefined && `${key('team_id')} = @teamId and`,
    filter.userId !== undefined && `${key('user_id')} = @userId and`,
  ]
    .filter((condition) => condition !== false)
    .join(' ')
}

/** Columns in their order, as one value to compare and to go on from. */
export function keys({ key }: Dialect, columns: readonly KeyColumn[]): string {
  return `(${columns.map((column) => key(column)).join(', ')})`
}

export function placeColumns(row: Row): PlaceColumns {
  return {
    clientId: keyText(row, 'client_id'),
    enterpriseId: keyText(row, 'enterprise_id'),
    teamId: keyText(row, 'team_id'),
  }
}

/**
 * A key as text, from which a search can go on. After bytes that are none it could not: it would
 * find the same row again, for ever.
 *
 * @throws SlackOAuthError `store_corrupt`
 */
export function keyText(row: Row, column: KeyColumn): string {
  const value = row[column] ?? ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string' && !value.includes('\ufffd')) return value
  throw new SlackOAuthError('store_corrupt', `A row of the store holds no text in ${column}`, {
    hint: 'Take that row out',
  })
}

export function toPlace({ clientId, enterpriseId, teamId }: PlaceColumns): Place {
  return {
    clientId,
    enterpriseId,
    ...(teamId && { teamId }),
    isEnterpriseInstall: teamId === '',
  }
}

/**
 * The rule of tenants: the places where a query finds its answer, the nearest first, of each app in question.
 *
 * Ids of workspaces are unique at Slack, so a workspace's own installation counts, under whatever
 * organization it is stored. The organization that a query names beside it is context: it may be one that
 * the workspace joined later, or in a shared channel that of the person who acted. Its org-wide
 * installation answers only for a workspace that has none of its own.
 */
export function* placesFor(dialect: Dialect, query: InstallationQuery): Steps<PlaceColumns[]> {
  const { enterpriseId = '' } = query
  if (isOfOrganization(query)) return yield* exactPlaces(dialect, query)
  const [own, covering]: [PlaceColumns[], PlaceColumns[]] = [[], []]
  for (const clientId of yield* appsOf(dialect, query)) {
    const found = yield* placesOfWorkspace(dialect, { ...query, clientId })
    own.push(...found)
    if (found.length === 0 && enterpriseId !== '') {
      covering.push({ clientId, enterpriseId, teamId: '' })
    }
  }
  return [...own, ...covering]
}

/**
 * The places that a query names, of each app in question: of a workspace those under any organization, unless
 * it is stored under the one that the query names. Never the organization that covers a workspace.
 */
export function* exactPlaces(dialect: Dialect, query: InstallationQuery): Steps<PlaceColumns[]> {
  const { enterpriseId = '' } = query
  const places: PlaceColumns[] = []
  for (const clientId of yield* appsOf(dialect, query)) {
    if (isOfOrganization(query)) places.push({ clientId, enterpriseId, teamId: '' })
    else {
      const found = yield* placesOfWorkspace(dialect, { ...query, clientId })
      const named = found.filter((place) => place.enterpriseId === query.enterpriseId)
      places.push(...(named.length > 0 ? named : found))
    }
  }
  return places
}

function isOfOrganization({ isEnterpriseInstall, teamId = '' }: InstallationQuery): boolean {
  return isEnterpriseInstall === true || teamId === ''
}

/**
 * Where one app is installed in a workspace. That is one place, unless the workspace has moved into an
 * organization and another program has stored it again: then first the one of the organization that
 * is named, and else the one that was installed last.
 */
export function* placesOfWorkspace(
  dialect: Dialect,
  query: { readonly clientId: string; readonly teamId?: string; readonly enterpriseId?: string },
): Steps<PlaceColumns[]> {
  const { clientId, teamId = '', enterpriseId } = query
  const { key } = dialect
  const end = (which: 'min' | 'max', table: string) =>
    `(select ${which}(${key('enterprise_id')}) from ${table} where ${key('client_id')} = @clientId and ${key('team_id')} = @teamId)`
  const row = yield* first(
    `select ${end('min', 'slack_installations')} as lowest, ${end('max', 'slack_installations')} as highest,
            ${end('min', 'slack_bots')} as lowest_bot, ${end('max', 'slack_bots')} as highest_bot`,
    { clientId, teamId },
  )
  const organizations = new Set<string>()
  for (const value of Object.values(row ?? {})) {
    if (value !== null) organizations.add(keyText({ enterprise_id: value }, 'enterprise_id'))
  }
  const [only, ...others] = organizations
  if (only === undefined) return []
  if (others.length === 0) return [{ clientId, enterpriseId: only, teamId }]
  const dated: { place: PlaceColumns; at: number }[] = []
  for (let after: PlaceColumns | undefined = START_OF_PLACES; after !== undefined; ) {
    const place: PlaceColumns | undefined = yield* nextPlace(dialect, { clientId, teamId }, after)
    if (place) dated.push({ place, at: yield* installedLastAt(dialect, place) })
    after = place
  }
  const rank = ({ place, at }: (typeof dated)[number]) =>
    place.enterpriseId === enterpriseId ? Number.POSITIVE_INFINITY : at
  return dated.sort((a, b) => rank(b) - rank(a)).map(({ place }) => place)
}

const START_OF_PLACES: PlaceColumns = { clientId: '', enterpriseId: '', teamId: '' }

/** When the newest row of a place was installed, in either table; 0 where there is none. */
export function* installedLastAt(dialect: Dialect, place: PlaceColumns): Steps<number> {
  return Math.max(
    yield* newestAt(dialect, 'slack_installations', place),
    yield* newestAt(dialect, 'slack_bots', place),
  )
}

/** Whether anything is stored of a place. */
export function* isThere(dialect: Dialect, place: PlaceColumns): Steps<boolean> {
  for (const table of ['slack_installations', 'slack_bots']) {
    const row = yield* first(`select 1 from ${table} where ${atPlace(dialect)} limit 1`, place)
    if (row !== undefined) return true
  }
  return false
}

/** When the newest row of a place in one table was installed; 0 where there is none. */
export function* newestAt(dialect: Dialect, table: string, place: PlaceColumns): Steps<number> {
  const row = yield* first(
    `select installed_at from ${table} where ${atPlace(dialect)} ${NEWEST}`,
    place,
  )
  return time(row?.installed_at) ?? 0
}

function* appsOf(dialect: Dialect, { clientId }: InstallationQuery): Steps<readonly string[]> {
  return clientId === undefined ? yield* allApps(dialect) : [clientId]
}

/** From one app to the next by the index, so that it costs as much as there are apps, not rows. */
function* allApps({ key }: Dialect): Steps<string[]> {
  const apps = new Set<string>()
  // A bot may be all that is left of an app
  for (const table of ['slack_installations', 'slack_bots']) {
    let after = ''
    for (;;) {
      const row = yield* first(
        `select client_id from ${table} where ${key('client_id')} > @after
         order by ${key('client_id')} limit 1`,
        { after },
      )
      if (row === undefined) break
      after = keyText(row, 'client_id')
      apps.add(after)
    }
  }
  return [...apps].sort()
}
