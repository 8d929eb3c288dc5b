import type { Invitation } from '../../flows/authorize/authorize.ts'
import type { Pasting } from '../../flows/authorize/pasted-redirect.ts'
import type { Context } from '../context.ts'
import { canAsk } from '../terminal/confirm.ts'
import { isInForeground } from '../terminal/foreground.ts'
import { unseenLines } from '../terminal/hidden-input.ts'
import { say } from '../terminal/output.ts'
import type { ReceptionFlags } from './redirect-options.ts'

/**
 * Pasting, where somebody can: on a terminal at any time; from another standard input only with
 * `--paste`, since it may be meant for another program.
 */
export function pastingAt(context: Context, { paste }: ReceptionFlags): Pasting | undefined {
  if (!paste && !(canAsk(context) && isInForeground() !== false)) return undefined
  return {
    lines: (signal) => unseenLines(process.stdin, signal),
    refused: (why) => say(context, why),
  }
}

export function pastingWords({ listening }: Invitation): string {
  if (!process.stdin.isTTY) return 'Then write the address that it ends on to standard input'
  const when = listening ? 'If that browser does not come back here' : 'Then'
  return `${when}, paste the address that it ends on and press Enter (it will not show)`
}
