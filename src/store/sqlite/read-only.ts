import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../errors.js'
import type { InstallationReader } from '../installation-store.js'
import type { Dialect } from '../sql/database.js'
import { sqlInstallationStore } from '../sql/installation-store.js'
import { timestamp } from '../sql/rows.js'
import { runSteps } from '../sql/steps.js'
import { storeFile } from './database.js'
import { loadDriver } from './driver.js'
import { assertKnownMigrations, hasTable } from './migrations.js'
import { inRollbackMode } from './snapshot.js'
import { answerer } from './statements.js'
import { storeError } from './store-error.js'

/**
 * The installations of a store that is somebody else's, which is not changed in any way: one of ours, of
 * a Python app, or of `SQLAlchemyInstallationStore`, whose absent ids are NULL and whose times are text.
 *
 * @throws SlackOAuthError `usage` where there is no such file, `store_…` where it is no store
 */
export async function readSqliteStore(path: string): Promise<InstallationReader> {
  const file = storeFile(path, openReadOnly(path))
  try {
    let hasOwnTables = false
    await file.use((db) => {
      assertKnownMigrations(db, path)
      if (!hasTable(db, 'slack_installations')) throw notStore(path)
      hasOwnTables = hasTable(db, 'slack_oauth_details')
      if (hasTable(db, 'slack_bots')) return
      // An old Python app can have made the one table without the other. This is in the connection alone
      db.exec('create temp view slack_bots as select * from main.slack_installations where 0')
    })
    const answer = answerer()
    const store = sqlInstallationStore(
      {
        dialect: dialect(hasOwnTables),
        read: (work) => file.use((db) => runSteps(work(), answer(db))),
        write: async () => {
          throw new SlackOAuthError('bug', 'A store that is only read was written to')
        },
      },
      undefined,
    )
    return { list: (filter) => store.list(filter), close: async () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

function dialect(hasOwnTables: boolean): Dialect {
  return {
    key: (column, table) => `coalesce(${table === undefined ? '' : `${table}.`}${column}, '')`,
    absent: '',
    moment: timestamp,
    expiry: (seconds) => seconds,
    flag: (value) => (value ? 1 : 0),
    deadline: (seconds) => seconds,
    statesTable: 'oauth_states',
    hasOwnTables,
  }
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
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })
    // Even to read it, SQLite would make files beside one in WAL mode; where one is in use, they are there
    return isInWalMode(path) && (wal === undefined || wal.size === 0)
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
