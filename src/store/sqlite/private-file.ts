import { closeSync, existsSync, fchmodSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes an empty file that only its owner can read, and the folders above it; false where it exists.
 * SQLite then gives its -wal and -shm files the same mode.
 */
export function createPrivately(path: string): boolean {
  makeFolders(dirname(path))
  // An empty one was left by a process that died here, or made to be ours
  return createEmpty(path, 0o600) || statSync(path).size === 0
}

/** Makes an empty file of a mode, whatever the umask; false where there is something by that name. */
export function createEmpty(path: string, mode: number): boolean {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      if (mode !== 0o600) fchmodSync(file, mode)
    } finally {
      closeSync(file)
    }
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Node's own `recursive` never ends where a file system answers ENOENT to every mkdir, as /proc does. */
function makeFolders(path: string): void {
  if (existsSync(path)) return
  makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have been faster
    if (!existsSync(path)) throw error
  }
}
