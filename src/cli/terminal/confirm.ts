import { createInterface } from 'node:readline/promises'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Context } from '../context.ts'
import { printable } from './output.ts'
import { roomOn, wrapped } from './wrap.ts'

/** Whether there is somebody to ask. */
export function canAsk({ stderr }: Context): boolean {
  return stderr.isTTY === true && process.stdin.isTTY === true
}

/**
 * Asks on stderr, with no for an answer unless told otherwise.
 *
 * @throws SlackOAuthError `access_denied` for a no
 */
export async function confirm(context: Context, question: string): Promise<void> {
  const { signal } = context
  // Not `terminal`: the terminal stays as it is, and Ctrl-C is a signal
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    const text = `${printable(question)} [y/N] `
    const room = roomOn(context.stderr, context)
    const answer = lines.question(room === undefined ? text : wrapped(text, room, ''), { signal })
    const said = await Promise.race([answer, ended]).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
    if (/^y(es)?$/i.test(said.trim())) return
  } finally {
    lines.close()
  }
  throw new SlackOAuthError('access_denied', 'Not confirmed: nothing was changed')
}
