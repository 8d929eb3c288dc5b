import type { Context } from './context.js'
import { say } from './output.js'

export interface Spinner {
  show(text: string): void
  stop(): void
}

/** A spinner on a terminal; elsewhere, one line when the wait begins and none as it goes on. */
export async function createSpinner(context: Context): Promise<Spinner> {
  if (!context.stderr.isTTY || context.env.TERM === 'dumb') {
    let last = ''
    return {
      show(text) {
        const kind = text.replace(/, .* left$| \d+.*$/, '')
        if (kind !== last) say(context, text)
        last = kind
      },
      stop() {},
    }
  }
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
