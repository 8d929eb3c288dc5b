import { resolve } from 'node:path'
import { SlackOAuthError } from '../errors.js'
import { boltJsFile } from '../formats/bolt-js-file.js'
import { fromFlat } from '../formats/from-flat.js'
import { toJsonLines } from '../formats/json-lines.js'
import { pythonFile } from '../formats/python-file.js'
import { toFlat } from '../formats/to-flat.js'
import { Unusable } from '../formats/unusable.js'
import type { Installation, TokenGrant } from '../slack/installation.js'
import type {
  DamagedInstallation,
  InstallationFilter,
  InstallationStore,
  MergeResult,
} from '../store/installation-store.js'
import { openStore } from '../store/open-store.js'
import type { OpenStoreOptions } from '../store/store.js'
import { writeNamedFile } from './transfer/write-file.js'
import { writeFolder } from './transfer/write-folder.js'

/** In characters. */
const PIECE = 65_536

export type ExchangeFormat = 'jsonl' | 'python-file' | 'bolt-js-file' | 'sqlite'

/**
 * What is to be exported, all of it in memory: half an export is worse than none. Of what other programs
 * have stored, it leaves out what no import would take, which refuses an export as a whole.
 *
 * @param skip hears of each that is left out so, and why
 * @param damaged takes those that cannot be read
 * @throws SlackOAuthError `not_installed` where nothing matches
 */
export async function installationsToExport(
  store: Pick<InstallationStore, 'list'>,
  filter: InstallationFilter,
  skip: (what: string, why: string) => void,
  damaged: DamagedInstallation[],
): Promise<Installation[]> {
  const found: Installation[] = []
  for await (const each of store.list(filter, (broken) => void damaged.push(broken))) {
    try {
      found.push(fromFlat(toFlat(withoutFailures(each))))
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      skip(`${each.user.id} in ${each.team?.id ?? each.enterprise?.id}`, error.message)
    }
  }
  if (found.length > 0 || damaged.length > 0) return found
  throw new SlackOAuthError('not_installed', 'Nothing that is stored matches', {
    hint: 'See what is: slack-oauth list',
  })
}

/** That a token could not be renewed says something of this store's copy, and not of the next one's. */
function withoutFailures({ bot, user, ...rest }: Installation): Installation {
  const grant = user.grant && withoutFailure(user.grant)
  return {
    ...rest,
    ...(bot && { bot: withoutFailure(bot) }),
    user: { id: user.id, ...(grant && { grant }) },
  }
}

function withoutFailure<T extends TokenGrant>({ failure: _, ...rest }: T): Omit<T, 'failure'> {
  return rest
}

export { toJsonLines as exportLines }

/** Writes to a file or a folder; what is newer in a folder or a store stays there. */
export async function exportTo(
  path: string,
  format: ExchangeFormat,
  installations: readonly Installation[],
  options: Pick<OpenStoreOptions, 'key'> = {},
): Promise<MergeResult> {
  switch (format) {
    case 'jsonl':
      await writeNamedFile(resolve(path), inPieces(toJsonLines(installations)))
      return { added: installations.length, updated: 0, kept: 0 }
    case 'sqlite':
      // Which URLs are stores is for openStore to say
      return mergeIntoStore(path.includes('://') ? path : resolve(path), installations, options)
    case 'python-file':
      return writeFolder(path, pythonFile, installations)
    case 'bolt-js-file':
      return writeFolder(path, boltJsFile, installations)
  }
}

/** In pieces that are worth a write each. */
function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = ''
  for (const line of lines) {
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
  options: Pick<OpenStoreOptions, 'key'> = {},
): Promise<MergeResult> {
  const store = await openStore(path, options)
  try {
    return await store.installations.merge(installations)
  } finally {
    await store.close()
  }
}
