import { SlackOAuthError } from '../../base/errors.ts'
import type { InstallationFilter, InstallationQuery, Place } from '../installation-store.ts'
import type { Dialect, KeyColumn } from './database.ts'
import { first, type Row, type Steps } from './steps.ts'

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
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    isEnterpriseInstall: teamId === '',
  }
}

/**
 * The places where a query may find its answer, the nearest first: one of each app in question, and
 * for a workspace of an organization the whole organization after that.
 */
export function* placesFor(dialect: Dialect, query: InstallationQuery): Steps<PlaceColumns[]> {
  const { enterpriseId = '', teamId = '', isEnterpriseInstall } = query
  const own = yield* exactPlaces(dialect, query)
  if (isEnterpriseInstall || teamId === '' || enterpriseId === '') return own
  return [...own, ...own.map((place) => ({ ...place, teamId: '' }))]
}

/** The one place that a query names, of each app in question. */
export function* exactPlaces(
  dialect: Dialect,
  { clientId, enterpriseId = '', teamId = '', isEnterpriseInstall }: InstallationQuery,
): Steps<PlaceColumns[]> {
  const apps = clientId === undefined ? yield* allApps(dialect) : [clientId]
  return apps.map((app) => ({
    clientId: app,
    enterpriseId,
    teamId: isEnterpriseInstall ? '' : teamId,
  }))
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
