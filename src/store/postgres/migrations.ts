import type { KeyColumn } from '../sql/database.ts'
import { key } from './dialect.ts'

/** The columns of the tables that are there already, by the table. */
type Tables = ReadonlyMap<string, ReadonlySet<string>>

/** Applied in this order, each with the row that records it. */
export const migrations: readonly {
  readonly name: string
  statements(tables: Tables): readonly string[]
}[] = [
  { name: 'm001_python_sdk_tables', statements: m001PythonSdkTables },
  { name: 'm002_own_tables', statements: m002OwnTables },
  { name: 'm003_encryption', statements: m003Encryption },
  {
    name: 'm004_webhooks',
    statements: () => ['alter table slack_oauth_details add column webhooks varchar'],
  },
]

const FILL_BOTS = `
  insert into slack_bots (client_id, app_id, enterprise_id, enterprise_name, team_id, team_name, bot_token, bot_id,
    bot_user_id, bot_scopes, bot_refresh_token, bot_token_expires_at, is_enterprise_install, installed_at)
  select client_id, app_id, enterprise_id, enterprise_name, team_id, team_name, bot_token, bot_id,
    bot_user_id, bot_scopes, bot_refresh_token, bot_token_expires_at, is_enterprise_install, installed_at
  from slack_installations where bot_token <> ''`

/**
 * The tables of the Python SDK's SQLAlchemy stores, where there are none. Theirs limit strings to 200
 * and 1000 characters, which long lists of scopes exceed; SQLAlchemy does not look.
 */
function m001PythonSdkTables(tables: Tables): readonly string[] {
  const make = (table: string, sql: string) => (tables.has(table) ? [] : [sql])
  return [
    ...make(
      'slack_installations',
      `create table slack_installations (
        id serial primary key,
        client_id varchar not null,
        app_id varchar not null,
        enterprise_id varchar,
        enterprise_name varchar,
        enterprise_url varchar,
        team_id varchar,
        team_name varchar,
        bot_token varchar,
        bot_id varchar,
        bot_user_id varchar,
        bot_scopes varchar,
        bot_refresh_token varchar,
        bot_token_expires_at timestamp,
        user_id varchar not null,
        user_token varchar,
        user_scopes varchar,
        user_refresh_token varchar,
        user_token_expires_at timestamp,
        incoming_webhook_url varchar,
        incoming_webhook_channel varchar,
        incoming_webhook_channel_id varchar,
        incoming_webhook_configuration_url varchar,
        is_enterprise_install boolean not null default false,
        token_type varchar,
        installed_at timestamp not null
      );
      create index slack_installations_idx on slack_installations (
        client_id, enterprise_id, team_id, user_id, installed_at
      )`,
    ),
    ...make(
      'slack_bots',
      `create table slack_bots (
        id serial primary key,
        client_id varchar not null,
        app_id varchar not null,
        enterprise_id varchar,
        enterprise_name varchar,
        team_id varchar,
        team_name varchar,
        bot_token varchar,
        bot_id varchar,
        bot_user_id varchar,
        bot_scopes varchar,
        bot_refresh_token varchar,
        bot_token_expires_at timestamp,
        is_enterprise_install boolean not null default false,
        installed_at timestamp not null
      );
      create index slack_bots_idx on slack_bots (
        client_id, enterprise_id, team_id, installed_at
      )`,
    ),
    ...make(
      'slack_oauth_states',
      `create table slack_oauth_states (
        id serial primary key,
        state varchar not null,
        expire_at timestamp not null
      )`,
    ),
    ...rotationColumns(tables, 'slack_installations', 'bot'),
    ...rotationColumns(tables, 'slack_installations', 'user'),
    ...rotationColumns(tables, 'slack_bots', 'bot'),
    // Where there is no row of a place in slack_bots, its bot counts as deleted: a new table has to have them all
    ...(tables.has('slack_installations') && !tables.has('slack_bots') ? [FILL_BOTS] : []),
  ]
}

/** Releases of the Python SDK before 3.8 made tables without them, and never add them. */
function rotationColumns(tables: Tables, table: string, kind: 'bot' | 'user'): readonly string[] {
  const columns = tables.get(table)
  if (!columns || columns.has(`${kind}_refresh_token`)) return []
  return [
    `alter table ${table}
       add column ${kind}_refresh_token varchar, add column ${kind}_token_expires_at timestamp`,
  ]
}

/**
 * What the Python SDK has no column for, and the indexes of every look, in the words of the dialect:
 * its own know nothing of an id that is absent. None is unique, since that SDK only ever inserts.
 */
function m002OwnTables(): readonly string[] {
  const index = (name: string, table: string, columns: readonly KeyColumn[], newest = '') =>
    `create index if not exists slack_oauth_${name}_idx on ${table} (
      ${columns.map((column) => `(${key(column)})`).join(', ')}${newest}
    )`
  const installations = 'slack_installations'
  return [
    `create table if not exists slack_oauth_details (
      client_id text collate "C" not null,
      enterprise_id text collate "C" not null,
      team_id text collate "C" not null,
      user_id text collate "C" not null,
      metadata text,
      token_digest text,
      is_public_client integer,
      refresh_token_expires_at double precision,
      failure text,
      failed_at double precision,
      primary key (client_id, enterprise_id, team_id, user_id)
    )`,
    index(
      'installations_place',
      installations,
      ['client_id', 'enterprise_id', 'team_id'],
      ', installed_at, id',
    ),
    index('installations_team', installations, [
      'team_id',
      'client_id',
      'enterprise_id',
      'user_id',
    ]),
    index('installations_enterprise', installations, [
      'enterprise_id',
      'client_id',
      'team_id',
      'user_id',
    ]),
    // After that of the place: of two that seem as good, the server takes the one made last, and
    // for a member of a large workspace the other is not
    index(
      'installations_member',
      installations,
      ['client_id', 'enterprise_id', 'team_id', 'user_id'],
      ', installed_at, id',
    ),
    index(
      'bots_place',
      'slack_bots',
      ['client_id', 'enterprise_id', 'team_id'],
      ', installed_at, id',
    ),
    index('bots_team', 'slack_bots', ['team_id', 'client_id', 'enterprise_id']),
    index('bots_enterprise', 'slack_bots', ['enterprise_id', 'client_id', 'team_id']),
    'create index if not exists slack_oauth_states_state_idx on slack_oauth_states (state)',
  ]
}

/** One row for a store that is sealed, and none for one in the clear. */
function m003Encryption(): readonly string[] {
  return [
    `create table if not exists slack_oauth_encryption (
      id integer primary key check (id = 1),
      key_id text not null,
      sealed_at timestamptz not null default now()
    )`,
  ]
}
