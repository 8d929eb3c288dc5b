import { errorCode, SlackOAuthError } from '../../base/errors.ts'

/** `ENOENT` and the like; undefined for what no file system said. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error ? errorCode(error) : undefined
}

/** What someone named cannot be read. */
export function unreadable(path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  if (code === 'ENOENT')
    return new SlackOAuthError('usage', `There is no file or folder ${path}`, { cause: error })
  return new SlackOAuthError('usage', `${path} cannot be read: ${code}`, { cause: error })
}

export function unwritable(path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  return new SlackOAuthError('output_failed', `${path} cannot be written: ${code}`, {
    hint: 'Check the owner and the mode of the folder, and whether the disk is full',
    cause: error,
  })
}
