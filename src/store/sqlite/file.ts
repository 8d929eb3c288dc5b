import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../base/errors.ts'
import { createPrivately } from '../../base/file-permissions.ts'
import type { OpenStoreOptions } from '../store.ts'
import { loadDriver } from './driver.ts'
import { assertTrusted } from './file-trust.ts'
import { appliedMigrations, MIGRATIONS, migrate } from './migrations.ts'
import { assertDialect, assertTables, hasTable } from './schema.ts'
import { readOnlySnapshot } from './snapshot.ts'
import { isBusy, storeError } from './store-error.ts'

type Busy = Pick<OpenStoreOptions, 'busyTimeoutSeconds' | 'signal'>

/** How long to wait for another process that writes. */
const BUSY_TIMEOUT_SECONDS = 5

/**
 * One SQLite file. Every use of it goes through {@link use}, which waits for other writers without
 * stopping the event loop, so that Ctrl-C is heard meanwhile.
 */
export interface StoreFile {
  readonly path: string
  /** Runs work that may be run again: it is, when another process holds the write lock, unless aborted. */
  use<T>(work: (db: Database) => T, signal?: AbortSignal): Promise<T>
  close(): void
}

export interface OpenedStoreFile extends StoreFile {
  /** How many of our migrations it had when it was opened. */
  readonly migrations: number
}

/** Opens a file for writing, made with all its tables where it is missing. */
export async function openStoreFile(path: string, busy: Busy = {}): Promise<OpenedStoreFile> {
  const isNew = path !== ':memory:' && created(path)
  const work = (db: Database) => {
    // Only a file of ours: a Python app may keep its own where WAL does not work
    if (isNew) db.pragma('journal_mode = wal')
    migrate(db, path)
  }
  return opened(path, work, busy)
}

/**
 * Opens a file that has to exist. It gets the tables it lacks only when it is a store already.
 *
 * @throws SlackOAuthError `not_installed`
 */
export async function openExistingStoreFile(
  path: string,
  busy: Busy = {},
): Promise<OpenedStoreFile> {
  const nothing = (what: string) =>
    new SlackOAuthError('not_installed', what, { hint: 'slack-oauth install' })
  if (path !== ':memory:' && !exists(path)) {
    throw nothing(`Nothing is installed: there is no ${path}`)
  }
  const check = (db: Database) => {
    if (!hasTable(db, 'slack_installations')) throw nothing(`Nothing is installed in ${path}`)
    // Nothing can be read without it; all else that is missing waits until something is written
    if (!hasTable(db, 'slack_bots')) migrate(db, path)
  }
  return opened(path, check, busy).catch((error: unknown) => {
    const source = readOnlySnapshot(path, error)
    if (source === undefined) throw error
    return opened(path, check, busy, source)
  })
}

/** Opens a file and does the first work in it, which may find it locked, damaged or not a store. */
async function opened(
  path: string,
  work: (db: Database) => void,
  { busyTimeoutSeconds, signal }: Busy,
  source: string | Buffer = path,
): Promise<OpenedStoreFile> {
  assertTrusted(path)
  const file = storeFile(path, open(path, source), busyTimeoutSeconds)
  try {
    const migrations = await file.use((db) => {
      // With WAL, only this makes a commit outlast a power cut: a renewed token exists nowhere else
      db.exec('pragma synchronous = full')
      // What we have brought up to date, we have looked at
      const applied = appliedMigrations(db, path)
      if (applied === MIGRATIONS) return applied
      assertDialect(db, path)
      assertTables(db, path)
      work(db)
      return appliedMigrations(db, path)
    }, signal)
    return { ...file, migrations }
  } catch (error) {
    file.close()
    throw error
  }
}

/** Reads nothing yet, so it does not meet another process's lock. */
function open(path: string, source: string | Buffer): Database {
  try {
    const Driver = loadDriver()
    const options = { timeout: 0, fileMustExist: source !== ':memory:' }
    const db =
      typeof source === 'string'
        ? new Driver(source, options)
        : new Driver(source, { ...options, readonly: true, fileMustExist: false })
    // Tokens that are replaced leave no copy in free pages
    db.exec('pragma secure_delete = on')
    return db
  } catch (error) {
    throw storeError(path, error)
  }
}

function created(path: string): boolean {
  try {
    return createPrivately(path)
  } catch (error) {
    throw storeError(path, error)
  }
}

/** A file that may not be looked at is not taken for one that is not there. */
function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw storeError(path, error)
  }
}

export function storeFile(
  path: string,
  db: Database,
  busyTimeoutSeconds: number = BUSY_TIMEOUT_SECONDS,
): StoreFile {
  const opened = identity(path)
  return {
    path,
    async use(work, signal) {
      // What is saved to a file without a name is gone with the process
      if (identity(path) !== opened) {
        throw new SlackOAuthError(
          'store_unavailable',
          `The store ${path} was moved, removed or replaced while it was open`,
          { hint: 'Try again: the file that is there now is opened then' },
        )
      }
      let deadline: number | undefined
      for (;;) {
        try {
          return work(db)
        } catch (error) {
          deadline ??= performance.now() + busyTimeoutSeconds * 1000
          if (!isBusy(error) || performance.now() > deadline) throw storeError(path, error)
        }
        // Often: a program that writes without a pause leaves gaps of a millisecond
        await sleep(1 + Math.random() * 9)
        signal?.throwIfAborted()
      }
    },
    close: () => void db.close(),
  }
}

/** Which file a name stands for now. */
function identity(path: string): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}
