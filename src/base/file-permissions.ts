import {
  closeSync,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from './errors.ts'

// The files that hold secrets: how they are made, who can read them, and whose they have to be. Windows
// has no such modes and owners; there, the folders decide.

/** Whether other users of the machine can read or write what has this mode. */
export function isOpenToOthers({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0
}

/** The same of a file by its name; of none where there is none. */
export function isFileOpenToOthers(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && isOpenToOthers(found)
}

/**
 * Why a file is not to be trusted with secrets: somebody else has put it, or a link to it, where we
 * look. It may be root's, the owner's of its folder, or one that a group shares with us; but in a folder
 * like /tmp, where anybody can make files, it is ours or root's. Nothing where there is no file.
 */
export function whyNotOurs(path: string): string | undefined {
  const own = process.getuid?.()
  const link = lstatSync(path, { throwIfNoEntry: false })
  if (own === undefined || link === undefined) return undefined
  const folder = statSync(dirname(path))
  const trusted = [own, 0, folder.uid]
  if (link.isSymbolicLink() && !trusted.includes(link.uid)) {
    return `it is a link that another user made (${link.uid})`
  }
  const file = statSync(path, { throwIfNoEntry: false })
  // Root works on the files of whoever asks it to
  if (file === undefined || own === 0 || trusted.slice(0, 2).includes(file.uid)) return undefined
  const isShared = (file.mode & 0o060) !== 0 && (process.getgroups?.() ?? []).includes(file.gid)
  return isShared && !isAnybodys(folder) ? undefined : `it belongs to another user (${file.uid})`
}

/** A folder like /tmp, or one that is open to all by mistake. */
export function isAnybodys({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & 0o002) !== 0
}

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
    if (errorCode(error) === 'EEXIST') return false
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
