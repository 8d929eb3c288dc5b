import type { Secrets } from './secret-columns.ts'
import type { SqlValue, Steps } from './steps.ts'

/** The columns that name an installation. */
export type KeyColumn = 'client_id' | 'enterprise_id' | 'team_id' | 'user_id'

/** How the tables of one database differ from those of another. */
export interface Dialect {
  /** A key column as it is compared and sorted, by its bytes and with '' where it is absent. */
  key(column: KeyColumn, table?: string): string
  /** What stands in a key column for no organization or no workspace. */
  readonly absent: '' | null
  /** A moment, Unix time in seconds, for `installed_at`. */
  moment(seconds: number): SqlValue
  /** The end of a token's life, whole Unix seconds. */
  expiry(seconds: number): SqlValue
  flag(value: boolean): SqlValue
  /** The end of a state's life, which may have a fraction. */
  deadline(seconds: number): SqlValue
  readonly statesTable: string
  /** Whether our own tables are there; those of a Python app get them when they are first written to. */
  readonly hasOwnTables: boolean
  /** Whether the table is there that says by which key the store is sealed. */
  readonly canBeSealed: boolean
  readonly secrets: Secrets
}

/** A file or server with the tables of Slack's Python SDK, and ours beside them. */
export interface SqlDatabase {
  readonly dialect: Dialect
  /** Runs work that only reads, and may be run again. */
  read<T>(work: (dialect: Dialect) => Steps<T>): Promise<T>
  /** Runs work in one transaction, all of it or nothing; it may be run again. */
  write<T>(work: (dialect: Dialect) => Steps<T>): Promise<T>
}
