import { type ErrorCode, errorCode, SlackOAuthError } from '../../base/errors.ts'
import { isMissingBinding } from './driver.ts'

const NOT_TABLES = 'has tables that are not those of a store'
const WHICH_FILE = "Is it one of slack-oauth or of Slack's Python SDK? Name another file with --db"

/** SQLite's result codes, by their beginning. https://sqlite.org/rescode.html */
const known: readonly (readonly [prefix: string, code: ErrorCode, what: string, hint: string])[] = [
  [
    'SQLITE_BUSY',
    'store_locked',
    'is locked by another process',
    'Wait for the other program, or stop it, and try again',
  ],
  ['SQLITE_FULL', 'store_full', 'cannot grow: the disk is full', 'Free some space and try again'],
  [
    'SQLITE_NOTADB',
    'store_corrupt',
    'is not a SQLite database',
    'Name another file with --db, or move this one away',
  ],
  [
    'SQLITE_CORRUPT',
    'store_corrupt',
    'is damaged',
    'Restore it from a backup, or save what is left: sqlite3 FILE .recover',
  ],
  [
    'SQLITE_READONLY',
    'store_unavailable',
    'cannot be written',
    'Check the owner and the mode of the file and of its folder',
  ],
  ...['SQLITE_ERROR', 'SQLITE_CONSTRAINT'].map(
    (prefix) => [prefix, 'store_unsupported', NOT_TABLES, WHICH_FILE] as const,
  ),
  [
    'SQLITE_CANTOPEN',
    'store_unavailable',
    'cannot be opened',
    'Check the owner and the mode of the file and of its folder',
  ],
]

/** What a failure of SQLite, of its driver or of the file system means for a caller. */
export function storeError(path: string, error: unknown): unknown {
  if (isMissingBinding(error)) {
    return new SlackOAuthError('store_driver', 'The native part of better-sqlite3 is missing', {
      hint: 'Let its install script run: npm rebuild better-sqlite3 --allow-scripts=better-sqlite3',
      cause: error,
    })
  }
  if (error instanceof TypeError && error.message === 'The database connection is not open') {
    return new SlackOAuthError('store_unavailable', `The store ${path} was closed`, {
      cause: error,
    })
  }
  if (!(error instanceof Error) || error instanceof SlackOAuthError || !('code' in error)) {
    return error
  }
  const code = String(error.code)
  const match = known.find(([prefix]) => code.startsWith(prefix))
  if (match) {
    const [, errorCode, what, hint] = match
    return new SlackOAuthError(errorCode, `The store ${path} ${what}`, { hint, cause: error })
  }
  if (code === 'ENOSPC') {
    return new SlackOAuthError('store_full', `The store ${path} cannot be made: the disk is full`, {
      hint: 'Free some space and try again',
      cause: error,
    })
  }
  if (code.startsWith('SQLITE_') || 'syscall' in error) {
    return new SlackOAuthError('store_unavailable', `The store ${path} failed: ${code}`, {
      hint: 'Check the owner and the mode of the file and of its folder',
      cause: error,
    })
  }
  return error
}

/** For a file that is found out before SQLite stumbles over it. */
export function notTables(path: string, why: string): SlackOAuthError {
  return new SlackOAuthError('store_unsupported', `The store ${path} ${NOT_TABLES}: ${why}`, {
    hint: WHICH_FILE,
  })
}

/** Another process has the file locked, for now. */
export function isBusy(error: unknown): boolean {
  return errorCode(error)?.startsWith('SQLITE_BUSY') === true
}
