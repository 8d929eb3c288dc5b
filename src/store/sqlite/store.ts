import { keysFrom } from '../encryption/key-ring.ts'
import { keySource } from '../encryption/key-source.ts'
import { sealingDatabase } from '../sql/encrypting-database.ts'
import { sqlInstallationStore } from '../sql/installation-store.ts'
import { sqlStateStore } from '../sql/state-store.ts'
import { sqlEncryption } from '../sql/store-encryption.ts'
import type { OpenStoreOptions, Store } from '../store.ts'
import { revision, sqliteDatabase } from './database.ts'
import { openExistingStoreFile, openStoreFile } from './file.ts'
import { warnOfExposure } from './file-trust.ts'
import { memoryLocks, tryLockFile } from './lock.ts'
import { scrub } from './scrub.ts'

/** Both stores over one SQLite file; {@link openStore} says what is thrown. */
export async function openSqliteStore(path: string, options: OpenStoreOptions): Promise<Store> {
  const open = options.mustExist ? openExistingStoreFile : openStoreFile
  const file = await open(path, options)
  if (options.warn) warnOfExposure(path, options.warn)
  const db = sqliteDatabase(file)
  const keys = keysFrom(keySource(options))
  const sealing = sealingDatabase(db, keys, options.warn)
  const encryption = sqlEncryption(db, keys)
  const inMemory = path === ':memory:' ? memoryLocks() : undefined
  return {
    installations: sqlInstallationStore(sealing, options.clientId),
    encryption: {
      ...encryption,
      async seal(key) {
        const changed = await encryption.seal(key)
        await scrub(file)
        return changed
      },
    },
    states: sqlStateStore(db, () => Date.now() / 1000),
    tryLock: async (key) => (inMemory ? inMemory(key) : tryLockFile(path, key)),
    revision: () => revision(file),
    close: async () => file.close(),
  }
}
