import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { codeOf, unwritable } from './file-errors.ts'

/** A file of ours, empty until its text is known. */
export interface ReservedFile {
  write(text: string): Promise<void>
  /** As if it had never been there. */
  discard(): Promise<void>
}

/**
 * Makes a file that only its owner can read. What is there stays as it is, and no link is followed.
 *
 * @throws SlackOAuthError `usage` for what is there; `output_failed`
 */
export async function reserveFile(path: string): Promise<ReservedFile> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw unwritable(path, error)
    throw new SlackOAuthError('usage', `${path} is there already, and is not written over`, {
      hint: 'Name another file, or move that one away',
    })
  })
  return {
    async write(text) {
      try {
        await file.writeFile(text)
        await file.sync()
      } catch (error) {
        throw unwritable(path, error)
      } finally {
        await file.close()
      }
    },
    async discard() {
      await file.close().catch(() => {})
      await rm(path, { force: true }).catch(() => {})
    },
  }
}

/** Whole, or piece by piece. */
type Text = string | AsyncIterable<string>

/**
 * Writes files that only their owner can read, each whole or not at all: all of them under other names
 * first, and then each by its own, in their order.
 *
 * @throws SlackOAuthError `output_failed`
 */
export async function writeFiles(
  files: readonly { readonly path: string; readonly text: Text }[],
): Promise<void> {
  const written: { from: string; to: string }[] = []
  try {
    for (const { path, text } of files) {
      const from = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
      written.push({ from, to: path })
      await writeNew(from, text).catch((error: unknown) => {
        throw unwritable(path, error)
      })
    }
    for (const { from, to } of written) {
      await rename(from, to).catch((error: unknown) => {
        throw unwritable(to, error)
      })
    }
  } finally {
    for (const { from } of written) await rm(from, { force: true }).catch(() => {})
  }
}

/** Nothing that is there is opened, no link is followed. */
async function writeNew(path: string, text: Text): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  try {
    await writeFile(file, text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Writes one file that someone has named.
 *
 * @throws SlackOAuthError `usage` for what is there and is no file, or is a store
 */
export async function writeNamedFile(path: string, text: Text): Promise<void> {
  // A link is the name of the file that it leads to
  const target = await realpath(path).catch(() => path)
  const there = await lstat(target).catch(() => undefined)
  if (there && !there.isFile()) {
    throw new SlackOAuthError('usage', `${path} is there and is no file`, {
      hint: 'Name a file, or leave it out and redirect standard output',
    })
  }
  if (there && (await isSqlite(target))) {
    throw new SlackOAuthError('usage', `${path} is a SQLite file, and is not replaced`, {
      hint: 'Name another file; export --to sqlite adds to a store',
    })
  }
  await writeFiles([{ path: target, text }])
}

/** https://sqlite.org/fileformat.html#magic_header_string */
async function isSqlite(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined)
  try {
    const header = await file?.read(Buffer.alloc(16), 0, 16, 0)
    return header?.buffer.toString('latin1') === 'SQLite format 3\0'
  } finally {
    await file?.close()
  }
}

/** Makes a folder that only its owner can look into, where it is missing. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw unwritable(path, error)
  })
  // A link would have the files be written somewhere else
  if ((await lstat(path)).isDirectory()) return
  throw new SlackOAuthError('usage', `${path} is there and is no folder`)
}
