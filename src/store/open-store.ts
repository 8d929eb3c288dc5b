import { SlackOAuthError } from '../errors.js'
import type { InstallationStore } from './installation-store.js'
import type { OAuthStateStore } from './state-store.js'

export interface Store {
  readonly installations: InstallationStore
  readonly states: OAuthStateStore
  close(): Promise<void>
}

export interface OpenStoreOptions {
  /** Finds only this app's installations; without it, those of every app in the store. */
  readonly clientId?: string
  /** `not_installed` is thrown for a file that does not exist, instead of making it. */
  readonly mustExist?: boolean
  /** Hears of what is not wrong enough to stop, such as a file that others can read. */
  readonly warn?: (message: string) => void
}

/**
 * Opens the store at a path, making the file (0600) and its folders (0700) where they are missing.
 * The file is one of Slack's Python SDK too: `SQLite3InstallationStore` opens it as its own.
 *
 * @throws SlackOAuthError with a `store_…` code, the file untouched
 */
export async function openStore(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  if (/^postgres(ql)?:/i.test(path)) {
    throw new SlackOAuthError('usage', 'This version keeps installations in SQLite only', {
      hint: 'Name a file with --db, or set SLACK_OAUTH_DB to one',
    })
  }
  const { openSqliteStore } = await import('./sqlite/store.js')
  return openSqliteStore(path, options)
}
