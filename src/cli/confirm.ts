import { createInterface } from 'node:readline/promises'
import { SlackOAuthError } from '../errors.js'
import type { Context } from './context.js'
import { printable } from './output.js'

/** Whether there is somebody to ask. */
export function canAsk({ stderr }: Context): boolean {
  return stderr.isTTY === true && process.stdin.isTTY === true
}

/**
 * Asks on stderr, with no for an answer unless told otherwise.
 *
 * @throws SlackOAuthError `access_denied` for a no
 */
export async function confirm({ signal }: Context, question: string): Promise<void> {
  // Not `terminal`: the terminal stays as it is, and Ctrl-C is a signal
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const answer = lines.question(`${printable(question)} [y/N] `, { signal })
    const said = await Promise.race([answer, ended]).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
    if (/^y(es)?$/i.test(said.trim())) return
  } finally {
    lines.close()
  }
  throw new SlackOAuthError('access_denied', 'Nothing was changed: that was no yes')
}
