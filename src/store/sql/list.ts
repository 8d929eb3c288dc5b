import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation } from '../../slack/installation.ts'
import type { DamagedInstallation, InstallationFilter } from '../installation-store.ts'
import type { Dialect, KeyColumn } from './database.ts'
import { detailed, detailedBot } from './details-table.ts'
import { installationOf } from './from-row.ts'
import { newerBot } from './lookup.ts'
import {
  keys,
  keyText,
  NEWEST,
  PLACE,
  type PlaceColumns,
  passes,
  placeColumns,
  toPlace,
} from './place.ts'
import { type Row, rows, type Steps } from './steps.ts'

/** Where a page of the list begins: after this installation. */
export interface Cursor extends PlaceColumns {
  readonly userId: string
}

export const START: Cursor = { clientId: '', enterpriseId: '', teamId: '', userId: '' }

/** As many as are held in memory at a time. */
const PAGE = 500

const MEMBER: readonly KeyColumn[] = [...PLACE, 'user_id']

export interface Page {
  readonly installations: readonly Installation[]
  readonly damaged: readonly DamagedInstallation[]
  /** Undefined at the end. */
  readonly next: Cursor | undefined
}

/** The newest row of each app, place and member that the filter lets through, so many of them. */
export function* listPage(
  dialect: Dialect,
  filter: InstallationFilter,
  after: Cursor,
): Steps<Page> {
  const cursor = {
    ...filter,
    afterClientId: after.clientId,
    afterEnterpriseId: after.enterpriseId,
    afterTeamId: after.teamId,
    afterUserId: after.userId,
  }
  const members = yield* rows(
    `select * from slack_installations current
     where ${passes(dialect, filter)} ${keys(dialect, MEMBER)} > (@afterClientId, @afterEnterpriseId, @afterTeamId, @afterUserId)
       and id = ${newestId(dialect, 'slack_installations', MEMBER)}
     order by ${MEMBER.map((column) => dialect.key(column)).join(', ')} limit ${PAGE}`,
    cursor,
  )
  const end = members.length === PAGE ? members.at(-1) : undefined
  const bots = filter.userId === undefined ? yield* loneBots(dialect, filter, cursor, end) : []
  const isLast = end === undefined && bots.length < PAGE
  const page = [...members, ...bots].sort(byKey).slice(0, PAGE)
  const [from, to] = [page[0], page.at(-1)]
  if (from === undefined || to === undefined) {
    return { installations: [], damaged: [], next: undefined }
  }
  const inBots = yield* botRows(dialect, 'slack_bots', from, to)
  const inInstallations = yield* botRows(dialect, 'slack_installations', from, to)
  const details = yield* detailRows(dialect, from, to)
  const read = (row: Row) => {
    const place = placeKey(row)
    const said = details.get(place) ?? new Map()
    const bot = newerBot(dialect, inBots.get(place), inInstallations.get(place))
    return detailed(dialect, installationOf(dialect, row, detailedBot(bot, said)), said)
  }
  return {
    ...readEach(page, read),
    next: isLast && page.length < PAGE ? undefined : cursorAt(to),
  }
}

/**
 * The bots of places that have no members left: Bolt for Python makes such when the members' tokens are
 * revoked. Each is an installation without a member.
 *
 * @param end where the page ends, if it does: what comes later is for another page
 */
function* loneBots(
  dialect: Dialect,
  filter: InstallationFilter,
  cursor: object,
  end: Row | undefined,
): Steps<readonly Row[]> {
  const same = PLACE.map(
    (column) => `${dialect.key(column, 'member')} = ${dialect.key(column, 'current')}`,
  )
  const isBefore = end
    ? `and ${keys(dialect, PLACE)} < (@highClientId, @highEnterpriseId, @highTeamId)`
    : ''
  return yield* rows(
    `select * from slack_bots current
     where ${passes(dialect, filter)} ${keys(dialect, PLACE)} > (@afterClientId, @afterEnterpriseId, @afterTeamId)
       ${isBefore} and bot_token <> ''
       and id = ${newestId(dialect, 'slack_bots', PLACE, "and newest.bot_token <> ''")}
       and not exists (select 1 from slack_installations member where ${same.join(' and ')})
     order by ${PLACE.map((column) => dialect.key(column)).join(', ')} limit ${PAGE}`,
    { ...cursor, ...(end && bounds(end, 'high')) },
  )
}

function cursorAt(row: Row): Cursor {
  return { ...placeColumns(row), userId: keyText(row, 'user_id') }
}

function byKey(a: Row, b: Row): number {
  for (const column of MEMBER) {
    const [first, second] = [keyText(a, column), keyText(b, column)]
    // By their bytes, as both databases sort
    if (first !== second) return Buffer.compare(Buffer.from(first), Buffer.from(second))
  }
  return 0
}

function readEach(
  page: readonly Row[],
  read: (row: Row) => Installation,
): Pick<Page, 'installations' | 'damaged'> {
  const installations: Installation[] = []
  const damaged: DamagedInstallation[] = []
  for (const row of page) {
    try {
      installations.push(read(row))
    } catch (error) {
      // A key that is missing or wrong is the whole store's
      if (!(error instanceof SlackOAuthError) || error.code !== 'store_corrupt') throw error
      damaged.push({ ...toPlace(placeColumns(row)), userId: keyText(row, 'user_id'), error })
    }
  }
  return { installations, damaged }
}

/**
 * All of a bot that both tables have. Where our own tables are, those of an old Python app have been given
 * the columns of rotation.
 */
const BOT_COLUMNS = [
  ...['id', 'client_id', 'enterprise_id', 'team_id', 'bot_token', 'bot_refresh_token'],
  ...['bot_token_expires_at', 'bot_id', 'bot_user_id', 'bot_scopes', 'installed_at'],
].join(', ')

/** The newest row with a bot token of each place from one to another, by the place. */
function* botRows(
  dialect: Dialect,
  table: string,
  from: Row,
  to: Row,
): Steps<ReadonlyMap<string, Row>> {
  const found = yield* rows(
    `select ${dialect.hasOwnTables ? BOT_COLUMNS : '*'} from ${table} current
     where ${between(from, to, dialect.key)} and bot_token <> ''
       and id = ${newestId(dialect, table, PLACE, "and newest.bot_token <> ''")}`,
    { ...bounds(from, 'low'), ...bounds(to, 'high') },
  )
  return new Map(found.map((row) => [placeKey(row), row]))
}

/** What our own table says of each place from one to another, by the place and the `user_id`. */
function* detailRows(
  { hasOwnTables }: Dialect,
  from: Row,
  to: Row,
): Steps<ReadonlyMap<string, ReadonlyMap<string, Row>>> {
  const details = new Map<string, Map<string, Row>>()
  if (!hasOwnTables) return details
  const found = yield* rows(
    `select * from slack_oauth_details where ${between(from, to, (column) => column)}`,
    { ...bounds(from, 'low'), ...bounds(to, 'high') },
  )
  for (const row of found) {
    const place = placeKey(row)
    const ofPlace = details.get(place) ?? new Map<string, Row>()
    details.set(place, ofPlace.set(String(row.user_id), row))
  }
  return details
}

/**
 * From one place to another. What they have in common is compared by itself: PostgreSQL estimates a
 * range of rows by its first column, and takes one within one app for the whole table.
 */
function between(from: Row, to: Row, column: (name: KeyColumn) => string): string {
  const [low, high] = [Object.entries(bounds(from, 'low')), Object.entries(bounds(to, 'high'))]
  const columns = PLACE.map((name, index) => {
    const [[lowest, a], [highest, b]] = [low[index] ?? [''], high[index] ?? ['']]
    return { name: column(name), low: `@${lowest}`, high: `@${highest}`, isCommon: a === b }
  })
  const different = columns.findIndex(({ isCommon }) => !isCommon)
  const common = different < 0 ? columns : columns.slice(0, different)
  const rest = columns.slice(common.length)
  const tuple = (part: 'name' | 'low' | 'high') => `(${rest.map((each) => each[part]).join(', ')})`
  return [
    ...common.map((each) => `${each.name} = ${each.low}`),
    ...(rest.length > 0
      ? [`${tuple('name')} >= ${tuple('low')}`, `${tuple('name')} <= ${tuple('high')}`]
      : []),
  ].join(' and ')
}

function bounds(row: Row, side: 'low' | 'high'): Readonly<Record<string, string>> {
  const { clientId, enterpriseId, teamId } = placeColumns(row)
  return {
    [`${side}ClientId`]: clientId,
    [`${side}EnterpriseId`]: enterpriseId,
    [`${side}TeamId`]: teamId,
  }
}

function newestId(
  { key }: Dialect,
  table: string,
  columns: readonly KeyColumn[],
  condition = '',
): string {
  const same = columns.map((column) => `${key(column, 'newest')} = ${key(column, 'current')}`)
  return `(select id from ${table} newest where ${same.join(' and ')} ${condition} ${NEWEST})`
}

function placeKey(row: Row): string {
  return JSON.stringify([
    keyText(row, 'client_id'),
    keyText(row, 'enterprise_id'),
    keyText(row, 'team_id'),
  ])
}
