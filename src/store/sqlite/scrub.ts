import { SlackOAuthError } from '../../base/errors.ts'
import type { StoreFile } from './file.ts'

/**
 * Leaves nothing in a file, or in its write-ahead log, of what was replaced: programs that do not
 * overwrite what they delete have left copies in free pages. What the disk itself keeps is another matter.
 *
 * @throws SlackOAuthError `store_locked` and others; what was committed before stays so
 */
export async function scrub(file: StoreFile): Promise<void> {
  if (file.path === ':memory:') return
  try {
    await file.use((db) => {
      // Rewrites every page that is in use, and gives the others back
      db.exec('vacuum')
      if (db.pragma('journal_mode', { simple: true }) !== 'wal') return
      const [done]: unknown[] = [db.pragma('wal_checkpoint(truncate)')].flat()
      if (typeof done === 'object' && done !== null && 'busy' in done && done.busy === 0) return
      // Somebody is reading: a moment later nobody is
      throw Object.assign(new Error('The log is being read'), { code: 'SQLITE_BUSY' })
    })
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    throw new SlackOAuthError(
      error.code,
      `All is sealed, but copies in the clear may be left in free pages: ${error.message}`,
      { hint: 'Run slack-oauth encrypt again once no other program has it open', cause: error },
    )
  }
}
