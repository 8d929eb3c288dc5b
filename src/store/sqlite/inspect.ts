import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { sealingKeyId } from '../sql/encrypting-database.ts'
import { runSteps } from '../sql/steps.ts'
import { countClear } from '../sql/store-encryption.ts'
import { answerer, sqliteDialect } from './database.ts'
import { loadDriver } from './driver.ts'
import { appliedMigrations, MIGRATIONS } from './migrations.ts'
import { openReadOnly } from './read-only.ts'
import { hasTable } from './schema.ts'
import { isBusy, storeError } from './store-error.ts'

export interface StoreFileReport {
  readonly size: number
  /** The mode of a POSIX system; what Windows has instead is not told. */
  readonly mode: number
  readonly userId: number
  /** What a process that died has left: it goes into the file when that is next opened. */
  readonly leftWalBytes: number
  /** SQLite's own words where something is wrong; nothing where the file could not be read as a whole. */
  readonly damage: string | undefined
  readonly isStore: boolean
  /** Of our migrations, how many it has, and how many there are. */
  readonly migrations: { readonly applied: number; readonly known: number }
  /** By which key it is sealed, and how many of its secrets are in the clear all the same. */
  readonly encryption: { readonly keyId: string; readonly clear: number } | undefined
  /** Locks of tokens that are being renewed now, and those that processes which died have left. */
  readonly locks: { readonly held: number; readonly left: number }
}

/** {@link inspectStoreFile} says what it is for. */
export function inspectSqliteFile(path: string): StoreFileReport {
  const stat = statOf(path)
  const leftWalBytes = leftWal(path)
  return {
    size: stat.size,
    mode: stat.mode & 0o777,
    userId: stat.uid,
    leftWalBytes,
    ...(leftWalBytes > 0 || stat.size === 0 ? unread : inspect(path)),
    locks: locksOf(path),
  }
}

/** @throws SlackOAuthError `store_driver` */
export function sqliteVersions(): { driver: string; sqlite: string } {
  try {
    const Driver = loadDriver()
    const require = createRequire(import.meta.filename)
    const { version: driver }: { version: string } = require('better-sqlite3/package.json')
    const db = new Driver(':memory:')
    const sqlite = String(db.prepare('select sqlite_version()').pluck().get())
    db.close()
    return { driver, sqlite }
  } catch (error) {
    throw storeError(':memory:', error)
  }
}

const unread = {
  damage: undefined,
  isStore: true,
  migrations: { applied: MIGRATIONS, known: MIGRATIONS },
  encryption: undefined,
}

function inspect(
  path: string,
): Omit<StoreFileReport, 'size' | 'mode' | 'userId' | 'leftWalBytes' | 'locks'> {
  const db = openReadOnly(path)
  try {
    const said = db.pragma('quick_check(1)', { simple: true })
    const applied = appliedMigrations(db, path)
    return {
      damage: said === 'ok' ? undefined : String(said),
      isStore: hasTable(db, 'slack_installations'),
      migrations: { applied, known: MIGRATIONS },
      encryption: encryptionOf(db, applied),
    }
  } catch (error) {
    throw storeError(path, error)
  } finally {
    db.close()
  }
}

function encryptionOf(db: Database, applied: number): StoreFileReport['encryption'] {
  const answer = answerer()(db)
  const keyId = runSteps(sealingKeyId(sqliteDialect(() => applied)), answer)
  return keyId === undefined ? undefined : { keyId, clear: runSteps(countClear(), answer) }
}

function statOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw storeError(path, error)
  }
}

/** With its -shm beside it, somebody is using the file, or died: SQLite reads both as one. */
function leftWal(path: string): number {
  const file = realpathSync(path)
  const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  return statSync(`${file}-shm`, { throwIfNoEntry: false }) ? 0 : size
}

function locksOf(path: string): StoreFileReport['locks'] {
  const file = realpathSync(path)
  const prefix = `${basename(file)}-lock-`
  const names = readdirSync(dirname(file)).filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length)),
  )
  const held = names.filter((name) => isHeld(join(dirname(file), name))).length
  return { held, left: names.length - held }
}

function isHeld(lockPath: string): boolean {
  const Driver = loadDriver()
  let db: Database | undefined
  try {
    db = new Driver(lockPath, { readonly: true, timeout: 0, fileMustExist: true })
    db.prepare('select count(*) from sqlite_master').get()
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    db?.close()
  }
}
