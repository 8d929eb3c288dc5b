import { createReadStream } from 'node:fs'
import { SlackOAuthError } from '../../base/errors.ts'
import { boltJsFile } from '../../formats/bolt-js-files.ts'
import { fromFlat } from '../../formats/from-flat.ts'
import { fromJsonLines } from '../../formats/json-lines.ts'
import { pythonFile } from '../../formats/python-sdk-files.ts'
import type { Notes } from '../../formats/sdk-files.ts'
import { toFlat } from '../../formats/to-flat.ts'
import { Unusable } from '../../formats/unusable.ts'
import type { Installation } from '../../slack/installation.ts'
import type { KeySource } from '../../store/encryption/key-ring.ts'
import type { MergeResult } from '../../store/installation-store.ts'
import { openStore, openStoreToRead } from '../../store/open-store.ts'
import type { OpenStoreOptions } from '../../store/store.ts'
import type { ExchangeFormat } from './export.ts'
import { unreadable } from './file-errors.ts'
import { readFolder } from './read-folder.ts'
import { readLines } from './read-lines.ts'

export interface ImportSource {
  readonly format: ExchangeFormat
  /** A file or a folder; or what is read instead. */
  readonly from: string | AsyncIterable<unknown>
  readonly notes: Notes
  readonly signal: AbortSignal
  /** For a sealed store. */
  readonly key?: KeySource
  /** For what does not say which app it is of; throws where that is not known. */
  clientId(): string
}

/**
 * All installations that someone else has stored. Nothing of a source is believed that was cut off or
 * that names a path for an id.
 *
 * @throws SlackOAuthError `usage`
 */
export async function readInstallations(source: ImportSource): Promise<Installation[]> {
  const { format, from } = source
  try {
    if (typeof from !== 'string') return await fromJsonLines(readLines(from))
    if (format === 'jsonl') return await fromJsonLines(readLines(chunksOf(from, source.signal)))
    if (format === 'sqlite') return await readStore(from, source)
    return await readFolder({
      path: from,
      format: format === 'python-file' ? pythonFile : boltJsFile,
      notes: source.notes,
      clientId: source.clientId,
    })
  } catch (error) {
    // A pipe that was waited for ends with an error of its own
    source.signal.throwIfAborted()
    if (!(error instanceof Unusable)) throw error
    throw new SlackOAuthError('usage', error.message, { hint: 'Nothing was imported' })
  }
}

async function* chunksOf(path: string, signal: AbortSignal): AsyncIterable<unknown> {
  try {
    yield* createReadStream(path, { signal })
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readStore(
  path: string,
  { key, notes: { skip } }: Pick<ImportSource, 'key' | 'notes'>,
): Promise<Installation[]> {
  const reader = await openStoreToRead(path, key && { key })
  const found: Installation[] = []
  try {
    for await (const each of reader.list()) {
      try {
        // Whatever program wrote the rows, they are judged as any text from outside
        found.push(fromFlat(toFlat(each)))
      } catch (error) {
        if (!(error instanceof Unusable)) throw error
        if (error.isHostile) throw new Unusable(`${path}: ${error.message}`, { isHostile: true })
        skip(path, `a row is no installation: ${error.message}`)
      }
    }
    return found
  } finally {
    await reader.close()
  }
}

/** What a merge into the store would do, tried on a copy of it in memory. */
export async function tryMerge(
  location: string,
  installations: readonly Installation[],
  options: Pick<OpenStoreOptions, 'key'> = {},
): Promise<MergeResult> {
  const copy = await openStore(':memory:')
  try {
    const store = await openStore(location, { mustExist: true, ...options }).catch(
      (error: unknown) => {
        if (error instanceof SlackOAuthError && error.code === 'not_installed') return undefined
        throw error
      },
    )
    try {
      if (store) await copy.installations.merge(store.installations.list())
    } finally {
      await store?.close()
    }
    return await copy.installations.merge(installations)
  } finally {
    await copy.close()
  }
}
