import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { isClientId, isEnterpriseId, isMemberId, isTeamId } from '../../formats/path-safe-ids.ts'
import type { FileStoreFormat } from '../../formats/sdk-files.ts'
import { toFlat } from '../../formats/to-flat.ts'
import type { Installation } from '../../slack/installation.ts'
import type { MergeResult } from '../../store/installation-store.ts'
import { openStore } from '../../store/open-store.ts'
import { codeOf, unwritable } from './file-errors.ts'
import { readFolder } from './read-folder.ts'
import { makeFolder, writeFiles } from './write-file.ts'

/**
 * Merges installations into the folder of an SDK's file store, as a store merges them: what is newer
 * there stays. Only files that change are written, all of them under other names first.
 *
 * @throws SlackOAuthError `usage` for ids that must not name a file, and for files that are in the way
 */
export async function writeFolder(
  path: string,
  format: FileStoreFormat,
  installations: readonly Installation[],
): Promise<MergeResult> {
  for (const each of installations) assertIds(each)
  await makeFolders(resolve(path))
  const base = await realpath(resolve(path))
  const skipped = new Set<string>()
  const stored = await readFolder({
    path: base,
    format,
    notes: { skip: (file) => skipped.add(file), drop: () => {} },
    clientId: undefined,
  })
  const { result, before, after } = await merged(stored, installations)
  const files = [...places(after)].flatMap((place) =>
    format.write(
      place,
      place.filter((each) => !before.has(textOf(each))),
    ),
  )
  // Found first of all, and so the last to be there
  const ordered = [...files].sort((a, b) => rank(a.path) - rank(b.path))
  const targets = ordered.map(({ path: name, text }) => ({ path: join(base, name), text }))
  for (const target of targets) {
    if (!skipped.has(target.path)) continue
    throw new SlackOAuthError('usage', `${target.path} is in the way, and is no installation`, {
      hint: 'Move it away, or name another folder',
    })
  }
  for (const folder of new Set(files.map(({ path: name }) => dirname(name)))) {
    for (const part of folder.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))) {
      await makeFolder(join(base, part))
    }
  }
  await writeFiles(targets)
  return result
}

/** The same merge as everywhere, in a store that is in memory alone. */
async function merged(stored: readonly Installation[], given: readonly Installation[]) {
  const store = await openStore(':memory:')
  try {
    const list = async () => {
      const found: Installation[] = []
      for await (const each of store.installations.list()) found.push(each)
      return found
    }
    await store.installations.merge(stored)
    const before = new Set((await list()).map(textOf))
    const result = await store.installations.merge(given)
    return { result, before, after: await list() }
  } finally {
    await store.close()
  }
}

function places(installations: readonly Installation[]): Iterable<Installation[]> {
  const found = new Map<string, Installation[]>()
  for (const each of installations) {
    const key = JSON.stringify([each.clientId, each.enterprise?.id, each.team?.id])
    const place = found.get(key) ?? []
    place.push(each)
    found.set(key, place)
  }
  return found.values()
}

const textOf = (installation: Installation): string => JSON.stringify(toFlat(installation))

/** A member's own file comes before the one for the whole place. */
const rank = (path: string): number => (/\/(user|installer)-[UW]/.test(path) ? 0 : 1)

function assertIds({ clientId, enterprise, team, user }: Installation): void {
  const ids = [
    ['client id', clientId, isClientId],
    ['organization id', enterprise?.id, isEnterpriseId],
    ['workspace id', team?.id, isTeamId],
    ['member id', user.id, isMemberId],
  ] as const
  for (const [what, id, is] of ids) {
    // A bot whose members are gone has no member's id
    if (id === undefined || is(id) || (what === 'member id' && id === '')) continue
    throw new SlackOAuthError('usage', `The ${what} ${JSON.stringify(id)} cannot name a file`, {
      hint: 'Leave that installation out with --team, --enterprise, --user or --client-id',
    })
  }
}

async function makeFolders(base: string): Promise<void> {
  try {
    await mkdir(base, { recursive: true, mode: 0o700 })
    if ((await stat(base)).isDirectory()) return
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(base, error)
  }
  throw new SlackOAuthError('usage', `${base} is there and is no folder`)
}
