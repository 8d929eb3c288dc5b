import { SlackOAuthError } from '../../base/errors.ts'
import { keysFrom } from '../encryption/key-ring.ts'
import { keySource } from '../encryption/key-source.ts'
import { sealingDatabase } from '../sql/encrypting-database.ts'
import { sqlInstallationStore } from '../sql/installation-store.ts'
import { sqlStateStore } from '../sql/state-store.ts'
import { sqlEncryption } from '../sql/store-encryption.ts'
import type { OpenStoreOptions, Store } from '../store.ts'
import { connectTo } from './connections.ts'
import { postgresDatabase } from './database.ts'
import { advisoryLocks } from './lock.ts'

/** Both stores in one PostgreSQL database; {@link openStore} says what is thrown. */
export async function openPostgresStore(url: string, options: OpenStoreOptions): Promise<Store> {
  const connections = await connectTo(url, options.warn ?? (() => {}))
  const db = postgresDatabase(connections)
  const keys = keysFrom(keySource(options))
  const sealing = sealingDatabase(db, keys, options.warn)
  try {
    if (!options.mustExist) await db.migrate()
    else if (!(await db.isThere())) {
      throw new SlackOAuthError('not_installed', `Nothing is installed in ${connections.name}`, {
        hint: 'slack-oauth install',
      })
    }
  } catch (error) {
    await connections.close()
    throw error
  }
  const locks = advisoryLocks(connections)
  return {
    installations: sqlInstallationStore(sealing, options.clientId),
    encryption: sqlEncryption(db, keys),
    states: sqlStateStore(db, () => Date.now() / 1000),
    tryLock: locks.tryLock,
    async close() {
      await locks.close()
      await connections.close()
    },
  }
}
