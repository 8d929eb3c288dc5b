import type { Invitation } from '../../flows/authorize/authorize.js'
import type { Pasting } from '../../flows/authorize/pasted-redirect.js'
import type { Context } from '../context.js'
import { canAsk } from '../terminal/confirm.js'
import { isInForeground } from '../terminal/foreground.js'
import { unseenLines } from '../terminal/hidden-input.js'
import { say } from '../terminal/output.js'
import type { ReceptionFlags } from './redirect-options.js'

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
