import type { Context } from './context.js'

export interface Spinner {
  show(text: string): void
  stop(): void
}

/** On a terminal, and nowhere else. It leaves the line as it found it when it stops. */
export async function createSpinner(context: Context): Promise<Spinner | undefined> {
  if (!context.stderr.isTTY || context.env.TERM === 'dumb') return undefined
  // Of a terminal without a width, as `script` and containers make them, ora would count lines for ever
  if (!process.stderr.columns) return undefined
  const { default: ora } = await import('ora')
  // Ctrl-C and what is typed meanwhile stay with the terminal
  const spinner = ora({
    stream: process.stderr,
    discardStdin: false,
    color: context.env.NO_COLOR ? false : 'cyan',
  })
  return {
    show(text) {
      spinner.text = text
      if (!spinner.isSpinning) spinner.start()
    },
    stop: () => void spinner.stop(),
  }
}
