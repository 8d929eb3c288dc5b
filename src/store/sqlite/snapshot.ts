import { readFileSync, statSync } from 'node:fs'
import { SlackOAuthError } from '../../errors.js'

/** Where the header of a SQLite file says whether it is written and read by WAL (2) or not (1). */
const FORMAT_VERSIONS = [18, 19]

/**
 * The bytes of a store on a read-only mount, as a CI runner may have it, for SQLite to read from
 * memory: in WAL mode it would have to write beside the file even to read it. Nothing where `error` is
 * another one, or where a -wal file holds what the file itself does not.
 * https://sqlite.org/wal.html#read_only_databases
 */
export function readOnlySnapshot(path: string, error: unknown): Buffer | undefined {
  if (!(error instanceof SlackOAuthError) || !(error.cause instanceof Error)) return undefined
  const code = 'code' in error.cause ? String(error.cause.code) : ''
  if (!/^SQLITE_(CANTOPEN|READONLY)/.test(code)) return undefined
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (wal !== undefined && wal.size > 0) return undefined
  try {
    return inRollbackMode(readFileSync(path))
  } catch {
    return undefined
  }
}

/** The bytes of a store in WAL mode, for SQLite to read from memory. */
export function inRollbackMode(bytes: Buffer): Buffer {
  for (const offset of FORMAT_VERSIONS) bytes[offset] = 1
  return bytes
}
