import { SlackOAuthError } from '../base/errors.ts'
import { keySource } from './encryption/key-source.ts'
import type { InstallationReader } from './installation-store.ts'
import type { StoreFileReport } from './sqlite/inspect.ts'
import type { OpenStoreOptions, Store } from './store.ts'

export type { StoreFileReport } from './sqlite/inspect.ts'

/**
 * Opens the store at a path, making the file (0600) and its folders (0700) where they are missing, or
 * the one in the database of a `postgres://` URL, making its tables. Either is one of Slack's Python
 * SDK too: `SQLite3InstallationStore` and `SQLAlchemyInstallationStore` open it as their own.
 *
 * @throws SlackOAuthError with a `store_…` code, the file or database untouched
 * @example
 * import { openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db', { clientId: '123.456' })
 * const bot = await store.installations.findBot({ teamId: 'T0123ABCD' })
 * console.log(bot?.scopes)
 * await store.close()
 */
export async function openStore(pathOrUrl: string, options: OpenStoreOptions = {}): Promise<Store> {
  if (isPostgresUrl(pathOrUrl)) {
    const { openPostgresStore } = await import('./postgres/store.ts')
    return openPostgresStore(pathOrUrl, options)
  }
  // Not repeated: such a URL holds a password
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(pathOrUrl)) {
    throw new SlackOAuthError('usage', 'Installations are kept in SQLite or in PostgreSQL', {
      hint: 'Name a file, or a URL that begins with postgres://, with --db or SLACK_OAUTH_DB',
    })
  }
  return openStoreFile(pathOrUrl, options)
}

/** {@link openStore} of a path that is no URL: all that loads is what a file needs. */
export async function openStoreFile(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  const { openSqliteStore } = await import('./sqlite/store.ts')
  return openSqliteStore(path, options)
}

/** What {@link openStore} takes, as it may be shown: a URL without its password. */
export async function storeName(pathOrUrl: string): Promise<string> {
  if (!isPostgresUrl(pathOrUrl)) return pathOrUrl
  const { parsePostgresUrl } = await import('./postgres/url.ts')
  return parsePostgresUrl(pathOrUrl).name
}

/** Whether a password stands in it, where the process list and the shell's history show it. */
export function holdsPassword(pathOrUrl: string): boolean {
  return (
    isPostgresUrl(pathOrUrl) && (/\/\/.*:.+@/.test(pathOrUrl) || /[?&]password=./.test(pathOrUrl))
  )
}

function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location)
}

/**
 * Opens a SQLite file for its installations alone, which is not changed in any way; also one in the
 * dialect of `SQLAlchemyInstallationStore`.
 *
 * @throws SlackOAuthError `usage` where there is no store
 */
export async function openStoreToRead(
  path: string,
  options: Pick<OpenStoreOptions, 'key'> = {},
): Promise<InstallationReader> {
  const { readSqliteStore } = await import('./sqlite/read-only.ts')
  return readSqliteStore(path, keySource(options))
}

/**
 * What can be said of a SQLite file and of what lies beside it, none of which is changed.
 *
 * @throws SlackOAuthError `store_…` where it cannot be opened or is no store
 */
export async function inspectStoreFile(path: string): Promise<StoreFileReport> {
  const { inspectSqliteFile } = await import('./sqlite/inspect.ts')
  return inspectSqliteFile(path)
}

/**
 * The versions of the driver and of SQLite itself.
 *
 * @throws SlackOAuthError `store_driver`
 */
export async function driverVersions(): Promise<{ driver: string; sqlite: string }> {
  const { sqliteVersions } = await import('./sqlite/inspect.ts')
  return sqliteVersions()
}
