import type { Context } from '../context.ts'
import { hasColour } from './output.ts'

export interface Spinner {
  show(text: string): void
  stop(): void
}

/**
 * On a terminal, and nowhere else; nor for a screen reader, which would read it anew each time it moves
 * (`ACCESSIBLE`, as charm's tools have it). It leaves the line as it found it when it stops.
 */
export async function createSpinner(context: Context): Promise<Spinner | undefined> {
  const { TERM, ACCESSIBLE } = context.env
  if (!context.stderr.isTTY || TERM === 'dumb' || ACCESSIBLE) return undefined
  // Of a terminal without a width, as `script` and containers make them, ora would count lines for ever
  if (!process.stderr.columns) return undefined
  const { default: ora } = await import('ora')
  // Ctrl-C and what is typed meanwhile stay with the terminal
  const spinner = ora({
    stream: process.stderr,
    discardStdin: false,
    color: hasColour(context.stderr, context) ? 'cyan' : false,
  })
  return {
    show(text) {
      spinner.text = text
      if (!spinner.isSpinning) spinner.start()
    },
    stop: () => void spinner.stop(),
  }
}
