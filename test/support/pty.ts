import { type ChildProcess, spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { BIN, type TempCli } from './temp-cli.js'

/** A command on a terminal of its own, in the hands of a person. */
export interface OnPty {
  readonly child: ChildProcess
  /** All that the terminal showed so far. */
  shown(): string
  /** The first match in what the terminal showed so far, or shows next. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  type(text: string): void
  /** The exit code of the command, and how the terminal is set when it is over (`stty -a`). */
  readonly finished: Promise<{ code: number; shown: string; settings: string }>
}

/** Starts the built command line on a pseudoterminal, by `script` of util-linux. */
export function onPty(
  t: TestContext,
  cli: TempCli,
  { columns = 200, background = false }: { columns?: number; background?: boolean },
  ...args: string[]
): OnPty {
  const line = [process.execPath, BIN, ...args].map((arg) => `'${arg}'`).join(' ')
  const run = background ? `set -m; ${line} & wait $!` : line
  // The shell outlives a Ctrl-C, to look at the terminal that the command leaves behind
  const whole = `trap : INT; stty cols ${columns}; ${run}; echo "exit=$?"; echo "settings=$(stty -a)"`
  const child = spawn('/usr/bin/script', ['-qec', whole, '/dev/null'], {
    cwd: cli.home,
    env: { ...cli.env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  t.after(() => child.kill('SIGKILL'))
  let shown = ''
  const looking = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    for (const look of looking) look()
  })
  const finished = new Promise<{ code: number; shown: string; settings: string }>(
    (resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => {
        const [before = '', after = ''] = shown.split(/exit=(?=\d+\r)/)
        resolve({ code: Number.parseInt(after, 10), shown: before, settings: after })
        for (const look of looking) look()
      })
    },
  )
  return {
    child,
    finished,
    shown: () => shown,
    type: (text) => void child.stdin.write(text),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(shown)
          if (match) {
            looking.delete(look)
            resolve(match)
          } else if (child.exitCode !== null || child.signalCode !== null) {
            reject(new Error(`ended without ${pattern}: ${JSON.stringify(shown)}`))
          }
        }
        looking.add(look)
        look()
      }),
  }
}
