import { sqlInstallationStore } from '../sql/installation-store.js'
import { sqlStateStore } from '../sql/state-store.js'
import type { OpenStoreOptions, Store } from '../store.js'
import { openExistingStoreFile, openStoreFile, warnIfReadable } from './database.js'
import { memoryLocks, tryLockFile } from './lock.js'
import { revision, sqliteDatabase } from './statements.js'

/** Both stores over one SQLite file; {@link openStore} says what is thrown. */
export async function openSqliteStore(path: string, options: OpenStoreOptions): Promise<Store> {
  const file = await (options.mustExist ? openExistingStoreFile(path) : openStoreFile(path))
  if (options.warn) warnIfReadable(path, options.warn)
  const db = sqliteDatabase(file)
  const inMemory = path === ':memory:' ? memoryLocks() : undefined
  return {
    installations: sqlInstallationStore(db, options.clientId),
    states: sqlStateStore(db, () => Date.now() / 1000),
    tryLock: async (key) => (inMemory ? inMemory(key) : tryLockFile(path, key)),
    revision: () => revision(file),
    close: async () => file.close(),
  }
}
