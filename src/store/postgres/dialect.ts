import type { Dialect, KeyColumn } from '../sql/database.ts'
import { inTheClear } from '../sql/secret-columns.ts'
import type { Statement } from '../sql/steps.ts'
import { timestamp } from '../sql/time.ts'

/** The dialect of the Python SDK's `SQLAlchemyInstallationStore`: NULL for absent ids, naive times in UTC. */
export function postgresDialect(tables: {
  hasOwnTables(): boolean
  canBeSealed(): boolean
}): Dialect {
  return {
    key,
    absent: null,
    moment: timestamp,
    expiry: timestamp,
    flag: (value) => value,
    deadline: timestamp,
    statesTable: 'slack_oauth_states',
    secrets: inTheClear,
    get hasOwnTables() {
      return tables.hasOwnTables()
    },
    get canBeSealed() {
      return tables.canBeSealed()
    },
  }
}

/** By its bytes, as SQLite compares, whatever the database's own order; an index has the same words. */
export function key(column: KeyColumn, table?: string): string {
  const name = table === undefined ? column : `${table}.${column}`
  const isNullable = column === 'enterprise_id' || column === 'team_id'
  return `${isNullable ? `coalesce(${name}, '')` : name} collate "C"`
}

/** Parameters by number instead of by name, each name with one number. */
export function numbered({ sql, parameters }: Statement): {
  text: string
  values: readonly unknown[]
} {
  const names: string[] = []
  const text = sql.replace(/@(\w+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { text, values: names.map((name) => parameters[name] ?? null) }
}
