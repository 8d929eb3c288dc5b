import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../base/errors.ts'
import { type KeySource, keysFrom } from '../encryption/key-ring.ts'
import type { InstallationReader } from '../installation-store.ts'
import type { SqlDatabase } from '../sql/database.ts'
import { sealingDatabase } from '../sql/encrypting-database.ts'
import { sqlInstallationStore } from '../sql/installation-store.ts'
import { runSteps } from '../sql/steps.ts'
import { answerer, sqliteDialect } from './database.ts'
import { loadDriver } from './driver.ts'
import { storeFile } from './file.ts'
import { appliedMigrations } from './migrations.ts'
import { assertTables, hasTable } from './schema.ts'
import { inRollbackMode, isFilledBeside } from './snapshot.ts'
import { storeError } from './store-error.ts'

/**
 * The installations of a store that is somebody else's, which is not changed in any way: one of ours, of
 * a Python app, or of `SQLAlchemyInstallationStore`, whose absent ids are NULL and whose times are text.
 *
 * @throws SlackOAuthError `usage` where there is no such file, `store_…` where it is no store
 */
export async function readSqliteStore(
  path: string,
  source: KeySource,
): Promise<InstallationReader> {
  const file = storeFile(path, openReadOnly(path))
  try {
    const applied = await file.use((db) => {
      const found = appliedMigrations(db, path)
      assertTables(db, path)
      if (!hasTable(db, 'slack_installations')) throw notStore(path)
      db.transaction(copyTables)(db)
      return found
    })
    const answer = answerer()
    const dialect = sqliteDialect(() => applied)
    const db: SqlDatabase = {
      dialect,
      read: (work) => file.use((each) => runSteps(work(dialect), answer(each))),
      write: async () => {
        throw new SlackOAuthError('bug', 'A store that is only read was written to')
      },
    }
    const store = sqlInstallationStore(sealingDatabase(db, keysFrom(source)), undefined)
    return { list: store.list, close: async () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * Has the connection see copies of its own, in memory, in the place of the tables: with the indexes that
 * the list goes by, which a file of somebody else's may lack, and without NULLs, which no index would serve.
 */
export function copyTables(db: Database): void {
  db.pragma('temp_store = memory')
  for (const table of ['slack_installations', 'slack_bots']) {
    // An old Python app can have made the one table without the other, and then the bots are in that one
    const rows = hasTable(db, table)
      ? `select * from main.${table}`
      : "select * from slack_installations where bot_token <> ''"
    db.exec(`
      create temp table ${table} as ${rows};
      update ${table} set enterprise_id = '' where enterprise_id is null;
      update ${table} set team_id = '' where team_id is null;
      create index temp.${table}_place_idx on ${table} (client_id, enterprise_id, team_id, installed_at, id);
    `)
  }
  db.exec(`create index temp.slack_installations_member_idx on slack_installations (
    client_id, enterprise_id, team_id, user_id, installed_at, id
  )`)
}

/**
 * A file to be looked at alone: nothing is written, neither to it nor beside it.
 *
 * @throws SlackOAuthError `usage` where there is no such file, `store_…` where it cannot be opened
 */
export function openReadOnly(path: string): Database {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) throw new SlackOAuthError('usage', `There is no ${path}`)
    if (!found.isFile()) throw notStore(path)
    const Driver = loadDriver()
    // Even to read it, SQLite would make files beside one in WAL mode; where one is in use, they are there
    return isInWalMode(path) && !isFilledBeside(path, '-wal')
      ? new Driver(inRollbackMode(readFileSync(path)), { readonly: true })
      : new Driver(path, { timeout: 0, readonly: true, fileMustExist: true })
  } catch (error) {
    throw storeError(path, error)
  }
}

/** https://sqlite.org/fileformat.html#file_format_version_numbers */
function isInWalMode(path: string): boolean {
  const header = Buffer.alloc(20)
  const file = openSync(path, 'r')
  try {
    return readSync(file, header) === header.length && header[19] === 2
  } finally {
    closeSync(file)
  }
}

function notStore(path: string): SlackOAuthError {
  return new SlackOAuthError('usage', `${path} is no store of installations`, {
    hint: "Name a file of slack-oauth or of Slack's Python SDK",
  })
}
