import type { OpenStoreOptions, Store } from '../store.js'
import { openExistingStoreFile, openStoreFile, warnIfReadable } from './database.js'
import { sqliteInstallationStore } from './installation-store.js'
import { sqliteStateStore } from './state-store.js'

/** Both stores over one SQLite file; {@link openStore} says what is thrown. */
export async function openSqliteStore(path: string, options: OpenStoreOptions): Promise<Store> {
  const file = await (options.mustExist ? openExistingStoreFile(path) : openStoreFile(path))
  if (options.warn) warnIfReadable(path, options.warn)
  return {
    installations: sqliteInstallationStore(file, options.clientId),
    states: sqliteStateStore(file, () => Date.now() / 1000),
    close: async () => file.close(),
  }
}
