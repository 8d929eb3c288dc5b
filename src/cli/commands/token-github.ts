import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import type { Context } from '../context.ts'

/** Where GitHub's runner reads variables for later steps, or outputs of this one. */
export type GithubFile = 'GITHUB_ENV' | 'GITHUB_OUTPUT'

/**
 * The path that the runner names.
 *
 * @throws SlackOAuthError `usage` outside of a step
 */
export function githubFile({ env }: Context, variable: GithubFile): string {
  const path = env[variable]
  if (path) return path
  throw new SlackOAuthError('usage', `${variable} is not set: this is no step of GitHub Actions`, {
    hint: 'Elsewhere: slack-oauth token --format env, or dotenv',
  })
}

/** Adds a line, also to a file whose last line was left open. */
export function appendLine(path: string, line: string): void {
  try {
    const file = openSync(path, 'a+', 0o600)
    try {
      const { size } = fstatSync(file)
      const last = Buffer.alloc(1)
      if (size > 0) readSync(file, last, 0, 1, size - 1)
      const isOpen = size > 0 && last.toString() !== '\n'
      writeSync(file, isOpen ? `\n${line}` : line)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const code = errorCode(error) ?? String(error)
    throw new SlackOAuthError('output_failed', `Cannot write to ${path}: ${code}`, { cause: error })
  }
}
