import { lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { isAnybodys, isFileOpenToOthers, whyNotOurs } from '../../base/file-permissions.ts'
import { storeError } from './store-error.ts'

/** What SQLite has beside a file, with the same pages in it. */
const BESIDE = ['-wal', '-shm', '-journal']

/**
 * That a store is not somebody else's trap, for tokens that are saved to it or read from it. A link of
 * one's own, to a file on another disk, is none.
 *
 * @throws SlackOAuthError `store_unavailable`
 */
export function assertTrusted(path: string): void {
  if (path === ':memory:') return
  const found = attempt(path, () => untrusted(path))
  if (found === undefined) return
  const [name, why] = found
  throw new SlackOAuthError('store_unavailable', `${name} is not used: ${why}`, {
    hint: `Look who put it there (ls -l '${name}'), and use a file in a folder of your own`,
  })
}

function untrusted(path: string): readonly [name: string, why: string] | undefined {
  const why = whyNotOurs(path)
  if (why !== undefined) return [path, why]
  for (const name of besideOf(path)) {
    const beside = lstatSync(name, { throwIfNoEntry: false })
    if (beside === undefined) continue
    // SQLite would follow it, and write where it leads
    if (!beside.isFile()) return [name, 'it is no file']
    const reason = whyNotOurs(name)
    if (reason !== undefined) return [name, reason]
  }
  return undefined
}

/** Says so when other users of this machine can read a store, or can put another in its place. */
export function warnOfExposure(path: string, warn: (message: string) => void): void {
  if (path === ':memory:') return
  // They get the mode of the file when they are made, and most of the time go when it is closed
  const open = isFileOpenToOthers(path) ? [path] : besideOf(path).filter(isFileOpenToOthers)
  if (open.length > 0) {
    const names = open.map((name) => `'${name}'`).join(' ')
    warn(`${open[0]} holds tokens and others can read it: chmod 600 ${names}`)
  }
  const folder = dirname(realpathSync(path))
  const found = statSync(folder)
  // With the sticky bit, as of /tmp, they can only add to it
  if (!isAnybodys(found) || (found.mode & 0o1000) !== 0) return
  warn(`Others can put another store into ${folder}: chmod o-w '${folder}'`)
}

/** Beside the file itself, where the path is a link. */
function besideOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  const file = found ? realpathSync(path) : path
  return BESIDE.map((suffix) => `${file}${suffix}`)
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeError(path, error)
  }
}
