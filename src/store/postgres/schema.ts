import { SlackOAuthError } from '../../base/errors.ts'
import type { Row } from '../sql/steps.ts'
import type { Session } from './connections.ts'
import { migrations } from './migrations.ts'

/** What there is of a store in a database. */
export interface Found {
  /** The columns of its tables, by the table; a view in the place of one has no columns. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>
  readonly applied: number
}

/** Without these nothing can be read or written; what else is missing gets made. */
const needed: Readonly<Record<string, readonly string[]>> = {
  slack_installations:
    'id client_id app_id enterprise_id enterprise_name enterprise_url team_id team_name bot_token bot_id bot_user_id bot_scopes user_id user_token user_scopes incoming_webhook_url incoming_webhook_channel incoming_webhook_channel_id incoming_webhook_configuration_url is_enterprise_install token_type installed_at'.split(
      ' ',
    ),
  slack_bots:
    'id client_id app_id enterprise_id enterprise_name team_id team_name bot_token bot_id bot_user_id bot_scopes is_enterprise_install installed_at'.split(
      ' ',
    ),
  slack_oauth_states: ['id', 'state', 'expire_at'],
}

const OWN = ['slack_oauth_details', 'slack_oauth_migrations']
const ENCRYPTION = 'slack_oauth_encryption'

/** Looks, changing nothing, where the search path of the connection leads. */
export async function inspect(session: Session): Promise<Found> {
  const names = [...Object.keys(needed), ...OWN, ENCRYPTION]
  const rows = await session.query(
    `select c.relname as name, c.relkind as kind, a.attname as column
     from pg_catalog.pg_class c
     left join pg_catalog.pg_attribute a
       on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.oid in (${names.map((name) => `to_regclass('${name}')`).join(', ')})`,
  )
  const tables = new Map<string, Set<string>>()
  for (const { name, kind, column } of rows) {
    const columns = tables.get(String(name)) ?? new Set()
    // A table, or a partitioned one
    if (kind === 'r' || kind === 'p') columns.add(String(column))
    tables.set(String(name), columns)
  }
  const [last]: readonly Row[] = tables.has('slack_oauth_migrations')
    ? await session.query('select max(id) as id from slack_oauth_migrations')
    : []
  return { tables, applied: Number(last?.id ?? 0) }
}

/**
 * Refuses tables that this program would misread.
 *
 * @throws SlackOAuthError `store_unsupported`, `store_newer`
 */
export function assertStore({ tables, applied }: Found, name: string): void {
  for (const [table, columns] of Object.entries(needed)) {
    const found = tables.get(table)
    const missing = found && columns.filter((column) => !found.has(column))
    if (!missing || missing.length === 0) continue
    const what =
      found.size === 0
        ? `has something else than a table in ${table}`
        : `has a table ${table} without ${missing.join(', ')}`
    throw new SlackOAuthError('store_unsupported', `The store ${name} ${what}`, {
      hint: "Is it one of slack-oauth or of the Python SDK's SQLAlchemyInstallationStore? Name another with --db",
    })
  }
  if (applied > migrations.length) {
    throw new SlackOAuthError(
      'store_newer',
      `The store ${name} was written by a newer version of slack-oauth`,
      { hint: 'npm install --global slack-oauth@latest' },
    )
  }
}

export function hasOwnTables({ tables }: Found): boolean {
  return OWN.every((table) => tables.has(table))
}

/** Whether it can say that it is sealed. */
export function canBeSealed({ tables }: Found): boolean {
  return tables.has(ENCRYPTION)
}

/** Brings a database up to date, all of it or nothing, to be run in a transaction. */
export async function migrate(session: Session, name: string): Promise<void> {
  const before = await inspect(session)
  assertStore(before, name)
  if (before.applied === migrations.length) return
  // One at a time: two that make the same table fail each other. Any number will do that all of us use
  await session.query('select pg_advisory_xact_lock(5214672081)')
  const found = await inspect(session)
  await session.query(`create table if not exists slack_oauth_migrations (
    id integer primary key, name text not null, applied_at timestamptz not null default now()
  )`)
  for (const [index, { name: migration, statements }] of migrations.entries()) {
    if (index < found.applied) continue
    for (const statement of statements(found.tables)) await session.query(statement)
    await session.query('insert into slack_oauth_migrations (id, name) values ($1, $2)', [
      index + 1,
      migration,
    ])
  }
}
