import type { Database, Statement as Prepared } from 'better-sqlite3'
import type { Dialect, SqlDatabase } from '../sql/database.ts'
import { inTheClear } from '../sql/secret-columns.ts'
import { type Row, runSteps, type Statement } from '../sql/steps.ts'
import { timestamp } from '../sql/time.ts'
import type { OpenedStoreFile, StoreFile } from './file.ts'
import { appliedMigrations, canBeSealed, hasOwnTables, MIGRATIONS, migrate } from './migrations.ts'

/** A SQLite file in the dialect of the Python SDK's `SQLite3InstallationStore`. */
export function sqliteDatabase(file: OpenedStoreFile): SqlDatabase {
  const answer = answerer()
  let applied = file.migrations
  const dialect = sqliteDialect(() => applied)
  return {
    dialect,
    read: (work) =>
      file.use((db) => {
        if (applied < MIGRATIONS) applied = appliedMigrations(db, file.path)
        // All of it sees one state of the file, and SQLite looks for another writer once
        return db.transaction(() => runSteps(work(dialect), answer(db))).deferred()
      }),
    write: (work) =>
      file.use((db) => {
        migrate(db, file.path)
        applied = MIGRATIONS
        return db.transaction(() => runSteps(work(dialect), answer(db))).immediate()
      }),
  }
}

/**
 * SQLite counts what other connections commit (`data_version`), and what this one has changed.
 * https://www.sqlite.org/pragma.html#pragma_data_version
 */
export function revision(file: StoreFile): Promise<string> {
  return file.use((db) => {
    let statement = revisions.get(db)
    if (statement === undefined) {
      statement = db
        .prepare<[], string>(
          "select data_version || '/' || total_changes() from pragma_data_version",
        )
        .pluck()
      revisions.set(db, statement)
    }
    return statement.get() ?? ''
  })
}

const revisions = new WeakMap<Database, Prepared<[], string>>()

/** @param applied how many of our migrations the file has */
export function sqliteDialect(applied: () => number): Dialect {
  return {
    key: (column, table) => (table === undefined ? column : `${table}.${column}`),
    absent: '',
    moment: timestamp,
    expiry: (seconds) => seconds,
    flag: (value) => (value ? 1 : 0),
    deadline: (seconds) => seconds,
    statesTable: 'oauth_states',
    secrets: inTheClear,
    get hasOwnTables() {
      return hasOwnTables(applied())
    },
    get canBeSealed() {
      return canBeSealed(applied())
    },
  }
}

/** Answers statements, and prepares each once: how many there are is known. */
export function answerer(): (db: Database) => (statement: Statement) => readonly Row[] {
  const prepared = new Map<string, (parameters: object) => readonly Row[]>()
  return (db) =>
    ({ sql, parameters }) => {
      let answer = prepared.get(sql)
      if (answer === undefined) {
        answer = answererOf(db.prepare<[object], unknown[]>(sql))
        prepared.set(sql, answer)
      }
      return answer(parameters)
    }
}

function answererOf(statement: Prepared<[object], unknown[]>) {
  if (!statement.reader) {
    return (parameters: object) => {
      statement.run(parameters)
      return []
    }
  }
  // Values alone, and their names put to them here: that takes a third off the time of a long list
  statement.raw()
  const names = statement.columns().map(({ name }) => name)
  const empty = Object.fromEntries(names.map((name) => [name, null]))
  return (parameters: object) =>
    statement.all(parameters).map((values) => {
      const row: Record<string, unknown> = { ...empty }
      for (const [index, name] of names.entries()) row[name] = values[index]
      return row
    })
}
