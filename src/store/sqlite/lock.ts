import { lstatSync, realpathSync, rmSync, statSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { createEmpty } from '../../base/file-permissions.ts'
import type { GrantKey } from '../installation-store.ts'
import { lockName } from '../lock-name.ts'
import type { Lock } from '../store.ts'
import { loadDriver } from './driver.ts'
import { isBusy, storeError } from './store-error.ts'

/**
 * The lock of one token is a small file beside the store, locked as SQLite locks its own: the kernel
 * frees it when its holder dies, so there is no lease that could run out under a holder that is slow.
 * Whoever has it removes it when done; one left by a process that died is simply locked anew.
 */
export function tryLockFile(path: string, key: GrantKey): Lock | undefined {
  const lockPath = `${realPath(path)}-lock-${lockName(key)}`
  let before: string | undefined
  try {
    createEmpty(lockPath, sharedMode(path))
    // Whoever may write into a shared folder may have put a link there
    if (!lstatSync(lockPath).isFile()) throw noFile(lockPath)
    before = identity(lockPath)
    const db = lockedExclusively(lockPath)
    if (db === undefined) return undefined
    // Whoever had it may have removed the file after we opened it, and another made a new one
    if (before !== undefined && identity(lockPath) === before) return lock(db, lockPath)
    db.close()
    return undefined
  } catch (error) {
    // The file went between two of our steps, which SQLite takes for a fault of the disk
    const isGone =
      errorCode(error) === 'ENOENT' || (before !== undefined && identity(lockPath) !== before)
    if (isGone || isBeingShared(path, lockPath)) return undefined
    throw storeError(lockPath, error)
  }
}

/** For a store in memory, which no other process has. */
export function memoryLocks(): (key: GrantKey) => Lock | undefined {
  const held = new Set<string>()
  return (key) => {
    const name = lockName(key)
    if (held.has(name)) return undefined
    held.add(name)
    return { isLost: () => false, release: async () => void held.delete(name) }
  }
}

/** One store by two names, such as a link and the file, has one lock. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw storeError(path, error)
  }
}

function lockedExclusively(path: string): Database | undefined {
  const Driver = loadDriver()
  const db = new Driver(path, { timeout: 0 })
  try {
    db.exec('begin exclusive')
    return db
  } catch (error) {
    db.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

function lock(db: Database, path: string): Lock {
  return {
    isLost: () => false,
    async release() {
      try {
        // While it is still locked: nobody can be inside
        rmSync(path, { force: true })
      } catch {
        // Windows removes no file that is open: it stays, and is good for the next one
      }
      db.close()
    },
  }
}

/** Whoever may write the store may lock it: two users of one machine share both. */
function sharedMode(path: string): number {
  return process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o666
}

function noFile(path: string): SlackOAuthError {
  return new SlackOAuthError('store_unavailable', `The lock ${path} is no file`, {
    hint: 'Remove it, and look who put it there',
  })
}

/** Another user has made it just now, and is about to let us in. */
function isBeingShared(path: string, lockPath: string): boolean {
  const own = statSync(lockPath, { throwIfNoEntry: false })
  return (
    own !== undefined && own.uid !== process.getuid?.() && (own.mode & 0o666) !== sharedMode(path)
  )
}

/** Which file a name stands for now. */
function identity(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}
