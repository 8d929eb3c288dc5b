import { readFileSync, realpathSync, statSync } from 'node:fs'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'

/** Where the header of a SQLite file says whether it is written and read by WAL (2) or not (1). */
const FORMAT_VERSIONS = [18, 19]

/**
 * The bytes of a store on a read-only mount, as a CI runner may have it, for SQLite to read from
 * memory: in WAL mode it would have to write beside the file even to read it. Nothing where `error` is
 * another one, or where a -wal file holds what the file itself does not, or a -journal what is to be
 * taken back in it.
 * https://sqlite.org/wal.html#read_only_databases
 */
export function readOnlySnapshot(path: string, error: unknown): Buffer | undefined {
  if (!(error instanceof SlackOAuthError)) return undefined
  if (!/^SQLITE_(CANTOPEN|READONLY)/.test(errorCode(error.cause) ?? '')) return undefined
  try {
    if (isFilledBeside(path, '-wal') || isFilledBeside(path, '-journal')) return undefined
    return inRollbackMode(readFileSync(path))
  } catch {
    return undefined
  }
}

/** Whether a file has one beside it with something in it: beside the file itself, where `path` is a link. */
export function isFilledBeside(path: string, suffix: '-wal' | '-journal'): boolean {
  const found = statSync(`${realpathSync(path)}${suffix}`, { throwIfNoEntry: false })
  return found !== undefined && found.size > 0
}

/** The bytes of a store in WAL mode, for SQLite to read from memory. */
export function inRollbackMode(bytes: Buffer): Buffer {
  for (const offset of FORMAT_VERSIONS) bytes[offset] = 1
  return bytes
}
