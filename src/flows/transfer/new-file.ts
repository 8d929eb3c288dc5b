import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { SlackOAuthError } from '../../errors.js'
import { codeOf, unwritable } from './file-error.js'

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
