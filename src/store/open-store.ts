import { SlackOAuthError } from '../errors.js'
import type { InstallationReader } from './installation-store.js'
import type { StoreFileReport } from './sqlite/inspect.js'
import type { OpenStoreOptions, Store } from './store.js'

export type { StoreFileReport } from './sqlite/inspect.js'

/**
 * Opens the store at a path, making the file (0600) and its folders (0700) where they are missing.
 * The file is one of Slack's Python SDK too: `SQLite3InstallationStore` opens it as its own.
 *
 * @throws SlackOAuthError with a `store_…` code, the file untouched
 * @example
 * import { openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db', { clientId: '123.456' })
 * const bot = await store.installations.findBot({ teamId: 'T0123ABCD' })
 * console.log(bot?.scopes)
 * await store.close()
 */
export async function openStore(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  // Not repeated: such a URL holds a password
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new SlackOAuthError('usage', 'This version keeps installations in SQLite only', {
      hint: 'Name a file with --db or SLACK_OAUTH_DB, not a URL',
    })
  }
  const { openSqliteStore } = await import('./sqlite/store.js')
  return openSqliteStore(path, options)
}

/**
 * Opens a SQLite file for its installations alone, which is not changed in any way; also one in the
 * dialect of `SQLAlchemyInstallationStore`.
 *
 * @throws SlackOAuthError `usage` where there is no store
 */
export async function openStoreToRead(path: string): Promise<InstallationReader> {
  const { readSqliteStore } = await import('./sqlite/read-only.js')
  return readSqliteStore(path)
}

/**
 * What can be said of a SQLite file and of what lies beside it, none of which is changed.
 *
 * @throws SlackOAuthError `store_…` where it cannot be opened or is no store
 */
export async function inspectStoreFile(path: string): Promise<StoreFileReport> {
  const { inspectSqliteFile } = await import('./sqlite/inspect.js')
  return inspectSqliteFile(path)
}

/**
 * The versions of the driver and of SQLite itself.
 *
 * @throws SlackOAuthError `store_driver`
 */
export async function driverVersions(): Promise<{ driver: string; sqlite: string }> {
  const { sqliteVersions } = await import('./sqlite/inspect.js')
  return sqliteVersions()
}
