import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { isClientId } from '../../formats/path-safe-ids.ts'
import {
  type Entry,
  type FileStoreFormat,
  type Notes,
  type PlaceName,
  parseFileName,
  type StoredFile,
} from '../../formats/sdk-files.ts'
import type { Installation } from '../../slack/installation.ts'
import { codeOf, unreadable } from './file-errors.ts'
import { LARGEST_INSTALLATION } from './read-lines.ts'

export interface FolderSource {
  readonly path: string
  readonly format: FileStoreFormat
  readonly notes: Notes
  /** For folders that do not say it; undefined to leave those alone. */
  readonly clientId: (() => string) | undefined
}

/**
 * All installations below a folder. Links are followed to where they lead within it, and not out of it.
 *
 * @throws SlackOAuthError `usage` where there is no such folder; Unusable as the format does
 */
export async function readFolder(source: FolderSource): Promise<Installation[]> {
  const { path, format, notes, clientId } = source
  const root = await realpath(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!(await stat(root)).isDirectory()) {
    throw new SlackOAuthError('usage', `${path} is no folder`, {
      hint: 'Name the folder that the store was given as its base',
    })
  }
  const found: Installation[] = []
  const readPlace = async (folder: string, at: PlaceName, app: string) => {
    const entries = await readEntries(root, folder, format, notes)
    found.push(...format.read({ ...at, path: folder, clientId: app, entries }, notes))
  }
  for (const name of await namesIn(root, path)) {
    const folder = join(root, name)
    const place = format.placeOf(name)
    const glued = format.gluedPlaceOf(name)
    if (!(await isWithin(root, folder, 'folder', notes))) continue
    if (place) {
      if (clientId) await readPlace(folder, place, clientId())
    } else if (glued) await readPlace(folder, glued, glued.clientId)
    else if (isClientId(name)) {
      await readApp(root, folder, format, notes, (inner, at) => readPlace(inner, at, name))
    } else notes.skip(folder, 'it is the folder of no app and of no workspace')
  }
  if (clientId) {
    for (const { folder, place } of await gluedBeside(root, format)) {
      // Beside the store's folder, and so a folder of its own
      const entries = await readEntries(folder, folder, format, notes)
      found.push(...format.read({ ...place, path: folder, clientId: clientId(), entries }, notes))
    }
  }
  return found
}

async function readApp(
  root: string,
  folder: string,
  format: FileStoreFormat,
  notes: Notes,
  read: (folder: string, place: PlaceName) => Promise<void>,
): Promise<void> {
  for (const name of await namesOrSkip(folder, notes)) {
    const inner = join(folder, name)
    const place = format.placeOf(name)
    if (place === undefined) notes.skip(inner, 'it is the folder of no workspace')
    else if (await isWithin(root, inner, 'folder', notes)) await read(inner, place)
  }
}

/** `baseT1`: Bolt for JavaScript since 3.0.5, where the store has no client id. */
async function gluedBeside(
  root: string,
  format: FileStoreFormat,
): Promise<{ folder: string; place: PlaceName }[]> {
  const [parent, name] = [dirname(root), basename(root)]
  if (format.gluedPlaceOf('0T0') === undefined || parent === root) return []
  const siblings = await readdir(parent, { withFileTypes: true }).catch(() => [])
  return siblings
    .filter((each) => each.isDirectory() && each.name.startsWith(name))
    .flatMap((each) => {
      const place = format.placeOf(each.name.slice(name.length))
      return place?.teamId && !place.enterpriseId
        ? [{ folder: join(parent, each.name), place }]
        : []
    })
}

async function readEntries(
  root: string,
  folder: string,
  format: FileStoreFormat,
  notes: Notes,
): Promise<Map<string, Entry>> {
  const wanted = new Map<string, { latest?: string; history?: string; moment?: string }>()
  for (const name of await namesOrSkip(folder, notes)) {
    const parsed = parseFileName(name)
    if (parsed === undefined || !format.isKey(parsed.key)) {
      notes.skip(join(folder, name), 'it is no file of an installation')
      continue
    }
    const { key, moment } = parsed
    const known = wanted.get(key) ?? {}
    if (moment === 'latest') wanted.set(key, { ...known, latest: name })
    else if (Number(moment) >= Number(known.moment ?? -1)) {
      wanted.set(key, { ...known, history: name, moment })
    }
  }
  const entries = new Map<string, Entry>()
  for (const [key, { latest: current, history: older, moment }] of wanted) {
    const latest = current && (await readStored(root, join(folder, current), notes))
    const history = older && (await readStored(root, join(folder, older), notes))
    entries.set(key, {
      ...(latest && { latest }),
      ...(history && moment !== undefined && { history: { ...history, moment } }),
    })
  }
  return entries
}

async function readStored(
  root: string,
  path: string,
  notes: Notes,
): Promise<StoredFile | undefined> {
  if (!(await isWithin(root, path, 'file', notes))) return undefined
  try {
    const { size, mtimeMs } = await stat(path)
    if (size <= LARGEST_INSTALLATION) {
      return { path, text: await readFile(path, 'utf8'), writtenAt: mtimeMs / 1000 }
    }
    notes.skip(path, 'it is too large for an installation')
  } catch (error) {
    skipUnreadable(notes, path, error)
  }
  return undefined
}

/** Opening what is neither a file nor a folder, a pipe say, might wait for ever. */
async function isWithin(
  root: string,
  path: string,
  kind: 'file' | 'folder',
  notes: Notes,
): Promise<boolean> {
  try {
    const real = await realpath(path)
    const found = await stat(real)
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      notes.skip(path, 'it is a link that leads out of the folder')
    } else if (kind === 'file' ? found.isFile() : found.isDirectory()) return true
    else notes.skip(path, `it is no ${kind}`)
  } catch (error) {
    skipUnreadable(notes, path, error)
  }
  return false
}

async function namesIn(root: string, named: string): Promise<string[]> {
  const names = await readdir(root).catch((error: unknown) => {
    throw unreadable(named, error)
  })
  return names.sort()
}

async function namesOrSkip(folder: string, notes: Notes): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    skipUnreadable(notes, folder, error)
    return []
  }
}

/** @throws what is no fault of the file system's */
function skipUnreadable({ skip }: Notes, path: string, error: unknown): void {
  const code = codeOf(error)
  if (code === undefined) throw error
  skip(path, `it cannot be read: ${code}`)
}
