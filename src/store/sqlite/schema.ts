import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../base/errors.ts'
import { notTables } from './store-error.ts'

// All that the Python SDK's tables have had since their first release: its own statements name each.
// The columns of token rotation came with 3.8.
const BOT_COLUMNS = [
  ...['id', 'client_id', 'app_id', 'enterprise_id', 'enterprise_name', 'team_id', 'team_name'],
  ...['bot_token', 'bot_id', 'bot_user_id', 'bot_scopes', 'is_enterprise_install', 'installed_at'],
]
const COLUMNS: readonly (readonly [table: string, columns: readonly string[]])[] = [
  [
    'slack_installations',
    [
      ...BOT_COLUMNS,
      ...['enterprise_url', 'user_id', 'user_token', 'user_scopes', 'token_type'],
      ...['incoming_webhook_url', 'incoming_webhook_channel', 'incoming_webhook_channel_id'],
      'incoming_webhook_configuration_url',
    ],
  ],
  ['slack_bots', BOT_COLUMNS],
]

/**
 * That what is there by the names of the Python SDK's tables is such a table; either may be missing.
 *
 * @throws SlackOAuthError `store_unsupported`
 */
export function assertTables(db: Database, path: string): void {
  // Once for all of them: `token` looks at them at its start
  const kindOf = db
    .prepare("select type from sqlite_master where type in ('table', 'view') and name = ?")
    .pluck()
  const columnsOf = db.prepare('select name from pragma_table_info(?)').pluck()
  for (const [table, columns] of COLUMNS) {
    const kind = kindOf.get(table)
    if (kind === undefined) continue
    if (kind !== 'table') throw notTables(path, `${table} is a ${kind}`)
    const present = columnsOf.all(table)
    const missing = columns.find((column) => !present.includes(column))
    if (missing) throw notTables(path, `${table} has no ${missing}`)
  }
}

/**
 * That a store is not in the dialect of `SQLAlchemyInstallationStore`, whose ids may be NULL.
 *
 * @throws SlackOAuthError `store_unsupported`
 */
export function assertDialect(db: Database, path: string): void {
  const definitions = db
    .prepare("select sql from sqlite_master where name in ('slack_installations', 'slack_bots')")
    .pluck()
    .all()
  if (!definitions.some((sql) => /\benterprise_id\W+varchar/i.test(String(sql)))) return
  throw new SlackOAuthError(
    'store_unsupported',
    `The store ${path} has the tables of SQLAlchemyInstallationStore, which this version only imports`,
    { hint: `slack-oauth import --from sqlite '${path}' --db OTHER_FILE` },
  )
}

export function hasTable(db: Database, name: string): boolean {
  const found = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?")
  return found.get(name) !== undefined
}
