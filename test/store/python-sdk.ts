import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { CLIENT_ID } from './fixtures.ts'

/** The tables as Slack's Python SDK makes them. */
export const schema = readFileSync(join(import.meta.dirname, 'slack-sdk-schema.sql'), 'utf8')

export type Columns = Record<string, string | number | null>

/** An empty file of a Python app: rollback journal, tables to the letter. */
export function createTables(path: string): void {
  on(path, (db) => db.exec(schema))
}

export interface SdkQuery {
  readonly enterpriseId?: string
  readonly teamId?: string
  readonly userId?: string
  readonly isEnterpriseInstall?: boolean
}

/** Columns of a row that the SDK inserts when it saves; `installed_at` is its column default. */
export function installationColumns(changes: Columns = {}): Columns {
  return {
    client_id: CLIENT_ID,
    app_id: 'A111',
    enterprise_id: 'E111',
    team_id: 'T111',
    bot_token: 'xoxb-1',
    bot_id: 'B111',
    bot_user_id: 'U0BOT',
    bot_scopes: 'chat:write',
    user_id: 'U111',
    is_enterprise_install: 0,
    token_type: 'bot',
    ...changes,
  }
}

const OF_BOT = [
  'client_id',
  'app_id',
  'enterprise_id',
  'team_id',
  'bot_token',
  'bot_id',
  'bot_user_id',
  'bot_scopes',
  'bot_refresh_token',
  'bot_token_expires_at',
  'is_enterprise_install',
  'installed_at',
]

/** `SQLite3InstallationStore.save`: one more row in each table, the bot's only with a bot token. */
export function save(path: string, changes: Columns = {}): void {
  const row = installationColumns(changes)
  insert(path, 'slack_installations', row)
  if (row.bot_token !== null) saveBot(path, row)
}

/** `save_bot`, which is also all that a bot-only renewal does. */
export function saveBot(path: string, changes: Columns = {}): void {
  const row = Object.entries(installationColumns(changes)).filter(([name]) => OF_BOT.includes(name))
  insert(path, 'slack_bots', Object.fromEntries(row))
}

function insert(path: string, table: string, row: Columns): void {
  const names = Object.keys(row)
  const sql = `insert into ${table} (${names}) values (${names.map((name) => `@${name}`)})`
  on(path, (db) => db.prepare(sql).run(row))
}

/** `find_bot`: the token, or nothing, also where the SDK swallows an error of its own. */
export function findBotToken(path: string, query: SdkQuery): string | undefined {
  const row = first(
    path,
    `select bot_token, bot_token_expires_at, installed_at from slack_bots
     where client_id = ? and enterprise_id = ? and team_id = ?
     order by installed_at desc limit 1`,
    place(query),
  )
  return row && isReadable(row) ? String(row.bot_token) : undefined
}

export interface SdkInstallation {
  readonly userId: string
  readonly userToken: string | null
  readonly botToken: string | null
}

/**
 * `find_installation`, as released: the bot is looked for only where a user is named, and then it
 * has to be there. `backfill: 'always'` is how it is after 3.43.0.
 */
export function findInstallation(
  path: string,
  query: SdkQuery,
  { backfill = 'with-user' }: { backfill?: 'with-user' | 'always' } = {},
): SdkInstallation | undefined {
  const at = place(query)
  const { userId } = query
  const row = first(
    path,
    `select * from slack_installations
     where client_id = ? and enterprise_id = ? and team_id = ?
     ${userId === undefined ? '' : 'and user_id = ?'}
     order by installed_at desc limit 1`,
    userId === undefined ? at : [...at, userId],
  )
  if (!row || !isReadable(row)) return undefined
  const found = (bot: Columns) => ({
    userId: String(row.user_id),
    userToken: row.user_token as string | null,
    botToken: bot.bot_token as string | null,
  })
  const looksForBot = userId !== undefined || (backfill === 'always' && row.bot_token === null)
  if (!looksForBot) return found(row)
  const bot = first(
    path,
    `select bot_token from slack_installations
     where client_id = ? and enterprise_id = ? and team_id = ? and bot_token is not null
     order by installed_at desc limit 1`,
    at,
  )
  if (!bot) return backfill === 'always' ? found(row) : undefined
  return found(bot)
}

/** `SQLite3OAuthStateStore`: a REAL as it comes from time.time(). */
export function issueState(path: string, state: string, expireAt: number): void {
  on(path, (db) =>
    db.prepare('insert into oauth_states (state, expire_at) values (?, ?)').run(state, expireAt),
  )
}

export function consumeState(path: string, state: string): boolean {
  return on(path, (db) => {
    const id = db
      .prepare('select id from oauth_states where state = ? and expire_at > ?')
      .pluck()
      .get(state, Date.now() / 1000)
    if (id === undefined) return false
    db.prepare('delete from oauth_states where id = ?').run(id)
    return true
  })
}

function place({ enterpriseId, teamId, isEnterpriseInstall }: SdkQuery): string[] {
  return [CLIENT_ID, enterpriseId ?? '', isEnterpriseInstall ? '' : (teamId ?? '')]
}

const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(\+00:00)?$/

/** What its `_timestamp_to_type` takes; for all else a row is none. */
function isReadable(row: Columns): boolean {
  const { installed_at: installedAt } = row
  const isTime = typeof installedAt === 'string' && DATE.test(installedAt)
  const isFloat = typeof installedAt === 'number' && !Number.isInteger(installedAt)
  const expiries = [row.bot_token_expires_at ?? null, row.user_token_expires_at ?? null]
  return (isTime || isFloat) && expiries.every(isExpiry)
}

function isExpiry(value: string | number | null): boolean {
  if (value === null || typeof value === 'number') return value === null || Number.isInteger(value)
  return DATE.test(value) || /^\d+$/.test(value)
}

function first(path: string, sql: string, values: string[]): Columns | undefined {
  return on(path, (db) => db.prepare<string[], Columns>(sql).get(...values))
}

/** A connection of its own each time, as the SDK does it. */
function on<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}
