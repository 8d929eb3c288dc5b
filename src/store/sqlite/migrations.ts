import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../base/errors.ts'
import { hasTable } from './schema.ts'

/**
 * Applied in this order, each with the row that records it. The first makes the tables of Slack's
 * Python SDK to the letter, all together: that SDK never repairs a file which has only some of them.
 */
const migrations: readonly { name: string; apply(db: Database): void }[] = [
  { name: 'm001_python_sdk_tables', apply: m001PythonSdkTables },
  { name: 'm002_own_tables', apply: m002OwnTables },
  { name: 'm003_encryption', apply: m003Encryption },
  { name: 'm004_webhooks', apply: m004Webhooks },
]

function m001PythonSdkTables(db: Database): void {
  const isMissingBots = hasTable(db, 'slack_installations') && !hasTable(db, 'slack_bots')
  db.exec(`
    create table if not exists slack_installations (
      id integer primary key autoincrement,
      client_id text not null,
      app_id text not null,
      enterprise_id text not null default '',
      enterprise_name text,
      enterprise_url text,
      team_id text not null default '',
      team_name text,
      bot_token text,
      bot_id text,
      bot_user_id text,
      bot_scopes text,
      bot_refresh_token text,
      bot_token_expires_at datetime,
      user_id text not null,
      user_token text,
      user_scopes text,
      user_refresh_token text,
      user_token_expires_at datetime,
      incoming_webhook_url text,
      incoming_webhook_channel text,
      incoming_webhook_channel_id text,
      incoming_webhook_configuration_url text,
      is_enterprise_install boolean not null default 0,
      token_type text,
      installed_at datetime not null default current_timestamp
    );
    create index if not exists slack_installations_idx on slack_installations (
      client_id, enterprise_id, team_id, user_id, installed_at
    );
    create table if not exists slack_bots (
      id integer primary key autoincrement,
      client_id text not null,
      app_id text not null,
      enterprise_id text not null default '',
      enterprise_name text,
      team_id text not null default '',
      team_name text,
      bot_token text not null,
      bot_id text not null,
      bot_user_id text not null,
      bot_scopes text,
      bot_refresh_token text,
      bot_token_expires_at datetime,
      is_enterprise_install boolean not null default 0,
      installed_at datetime not null default current_timestamp
    );
    create index if not exists slack_bots_idx on slack_bots (
      client_id, enterprise_id, team_id, installed_at
    );
    create table if not exists oauth_states (
      id integer primary key autoincrement,
      state text not null,
      expire_at datetime not null
    );
  `)
  addRotationColumns(db, 'slack_installations', 'bot')
  addRotationColumns(db, 'slack_installations', 'user')
  addRotationColumns(db, 'slack_bots', 'bot')
  if (isMissingBots) db.exec(FILL_BOTS)
}

/** Where there is no row of a place in `slack_bots`, its bot counts as deleted: a new table has to have them all. */
const FILL_BOTS = `
  insert into slack_bots (client_id, app_id, enterprise_id, enterprise_name, team_id, team_name, bot_token, bot_id,
    bot_user_id, bot_scopes, bot_refresh_token, bot_token_expires_at, is_enterprise_install, installed_at)
  select client_id, app_id, enterprise_id, enterprise_name, team_id, team_name, bot_token, coalesce(bot_id, ''),
    coalesce(bot_user_id, ''), bot_scopes, bot_refresh_token, bot_token_expires_at, is_enterprise_install, installed_at
  from slack_installations where bot_token <> ''`

/**
 * What the Python SDK has no column for, and the indexes for the newest of a place whoever installed,
 * and for a look by workspace or by organization alone. None is unique: that would have the Python SDK fail where it only ever inserts.
 */
function m002OwnTables(db: Database): void {
  db.exec(`
    create table if not exists slack_oauth_details (
      client_id text not null,
      enterprise_id text not null,
      team_id text not null,
      user_id text not null,
      metadata text,
      token_digest text,
      is_public_client integer,
      refresh_token_expires_at real,
      failure text,
      failed_at real,
      primary key (client_id, enterprise_id, team_id, user_id)
    ) without rowid;
    create index if not exists slack_oauth_installations_place_idx on slack_installations (
      client_id, enterprise_id, team_id, installed_at
    );
    create index if not exists slack_oauth_installations_team_idx on slack_installations (
      team_id, client_id, enterprise_id, user_id
    );
    create index if not exists slack_oauth_installations_enterprise_idx on slack_installations (
      enterprise_id, client_id, team_id, user_id
    );
    create index if not exists slack_oauth_bots_team_idx on slack_bots (
      team_id, client_id, enterprise_id
    );
    create index if not exists slack_oauth_bots_enterprise_idx on slack_bots (
      enterprise_id, client_id, team_id
    );
  `)
}

/** One row for a store that is sealed, and none for one in the clear. */
function m003Encryption(db: Database): void {
  db.exec(`create table if not exists slack_oauth_encryption (
    id integer primary key check (id = 1),
    key_id text not null,
    sealed_at text not null default current_timestamp
  )`)
}

/** The further webhooks of a member's installation, as JSON: the SDK's table has room for one. */
function m004Webhooks(db: Database): void {
  db.exec('alter table slack_oauth_details add column webhooks text')
}

/** Releases of the Python SDK before 3.8 made tables without them, and never add them. */
function addRotationColumns(db: Database, table: string, kind: 'bot' | 'user'): void {
  const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table)
  if (columns.includes(`${kind}_refresh_token`)) return
  db.exec(`
    alter table ${table} add column ${kind}_refresh_token text;
    alter table ${table} add column ${kind}_token_expires_at datetime;
  `)
}

/**
 * Brings a file up to date, all of it in one transaction.
 *
 * @throws SlackOAuthError `store_newer`, the file untouched
 */
export function migrate(db: Database, path: string): void {
  const applied = appliedMigrations(db, path)
  if (applied === migrations.length) return
  db.transaction(() => {
    db.exec(`create table if not exists slack_oauth_migrations (
      id integer primary key, name text not null, applied_at text not null default current_timestamp
    )`)
    // Another process may have been first: its rows are seen only now, under the write lock
    migrations.slice(appliedMigrations(db, path)).forEach(({ name, apply }) => {
      apply(db)
      db.prepare('insert into slack_oauth_migrations (name) values (?)').run(name)
    })
  }).immediate()
}

/** How many there are. */
export const MIGRATIONS = migrations.length

/** Whether a file that has so many migrations has our own tables. */
export function hasOwnTables(applied: number): boolean {
  return applied >= 2
}

/** Whether a file that has so many migrations can say that it is sealed. */
export function canBeSealed(applied: number): boolean {
  return applied >= 3
}

/**
 * How many of our migrations a file has.
 *
 * @throws SlackOAuthError `store_newer` for one that this program would misread
 */
export function appliedMigrations(db: Database, path: string): number {
  if (!hasTable(db, 'slack_oauth_migrations')) return 0
  const applied = db.prepare('select max(id) from slack_oauth_migrations').pluck().get()
  if (typeof applied !== 'number') return 0
  if (applied > migrations.length) {
    throw new SlackOAuthError(
      'store_newer',
      `The store ${path} was written by a newer version of slack-oauth`,
      { hint: 'npm install --global slack-oauth@latest' },
    )
  }
  return applied
}
