import { resolve } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { boltJsFile } from '../../formats/bolt-js-files.ts'
import { fromFlat } from '../../formats/from-flat.ts'
import { toJsonLines } from '../../formats/json-lines.ts'
import { pythonFile } from '../../formats/python-sdk-files.ts'
import { toFlat } from '../../formats/to-flat.ts'
import { Unusable } from '../../formats/unusable.ts'
import type { Installation } from '../../slack/installation.ts'
import type {
  DamagedInstallation,
  InstallationFilter,
  InstallationStore,
  MergeResult,
} from '../../store/installation-store.ts'
import { openStore } from '../../store/open-store.ts'
import type { OpenStoreOptions } from '../../store/store.ts'
import { writeNamedFile } from './write-file.ts'
import { writeFolder } from './write-folder.ts'

export { toJsonLines as exportLines }

/** In characters. */
const PIECE = 65_536

export type ExchangeFormat = 'jsonl' | 'python-file' | 'bolt-js-file' | 'sqlite'

export interface ExportNotes {
  skip(what: string, why: string): void
  /** As {@link InstallationStore.list} has it. */
  damaged(installation: DamagedInstallation): void
  app(clientId: string): void
}

/**
 * What is to be exported, as it is read. Of what other programs have stored, it leaves out what no import
 * would take, which refuses an export as a whole.
 *
 * @param notes hear of each that is left out, and why, and of the apps of the others
 * @throws SlackOAuthError `not_installed` where nothing matches, `store_corrupt` where all is damaged
 */
export async function* installationsToExport(
  store: Pick<InstallationStore, 'list'>,
  filter: InstallationFilter,
  notes: ExportNotes,
): AsyncGenerator<Installation> {
  let isEmpty = true
  let damage: SlackOAuthError | undefined
  const leaveOut = (damaged: DamagedInstallation) => {
    damage ??= damaged.error
    notes.damaged(damaged)
  }
  for await (const each of store.list(filter, leaveOut)) {
    const found = usable(each, notes)
    if (found === undefined) continue
    isEmpty = false
    notes.app(found.clientId)
    yield found
  }
  if (!isEmpty) return
  throw (
    damage ??
    new SlackOAuthError('not_installed', 'Nothing that is stored matches', {
      hint: 'See what is: slack-oauth list',
    })
  )
}

/** As an import would have it. */
function usable(installation: Installation, { skip }: ExportNotes): Installation | undefined {
  try {
    return fromFlat(toFlat(installation))
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    const { user, team, enterprise } = installation
    skip(`${user.id} in ${team?.id ?? enterprise?.id}`, error.message)
    return undefined
  }
}

/**
 * Writes to a file or a folder, whole or not at all; what is newer in a folder or a store stays there. Lines
 * are written as the installations come, all else holds them in memory.
 */
export async function exportTo(
  path: string,
  format: ExchangeFormat,
  installations: AsyncIterable<Installation> | Iterable<Installation>,
  options: Pick<OpenStoreOptions, 'key'> = {},
): Promise<MergeResult> {
  if (format === 'jsonl') {
    let added = 0
    const counted = counting(installations, () => added++)
    await writeNamedFile(resolve(path), inPieces(toJsonLines(counted)))
    return { added, updated: 0, kept: 0 }
  }
  // Before anything is made there
  const all: Installation[] = []
  for await (const each of installations) all.push(each)
  // Which URLs are stores is for openStore to say
  if (format === 'sqlite') {
    return mergeIntoStore(path.includes('://') ? path : resolve(path), all, options)
  }
  return writeFolder(path, format === 'python-file' ? pythonFile : boltJsFile, all)
}

async function* counting(
  installations: AsyncIterable<Installation> | Iterable<Installation>,
  count: () => void,
): AsyncGenerator<Installation> {
  for await (const each of installations) {
    count()
    yield each
  }
}

/** In pieces that are worth a write each. */
async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  for await (const line of lines) {
    piece += `${line}\n`
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece
}

async function mergeIntoStore(
  path: string,
  installations: readonly Installation[],
  options: Pick<OpenStoreOptions, 'key'>,
): Promise<MergeResult> {
  const store = await openStore(path, options)
  try {
    return await store.installations.merge(installations)
  } finally {
    await store.close()
  }
}
