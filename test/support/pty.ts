import { type ChildProcess, spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { BIN, type TempCli } from './temp-cli.ts'

/** A pseudoterminal in the hands of a person. */
export interface Pty {
  readonly child: ChildProcess
  /** All that the terminal showed so far. */
  shown(): string
  /** The first match in what the terminal showed so far, or shows next. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  type(text: string): void
  /** All that it showed, once it is over. */
  readonly ended: Promise<string>
}

/** A command on a terminal of its own. */
export interface OnPty extends Omit<Pty, 'ended'> {
  /** The exit code of the command, and how the terminal is set when it is over (`stty -a`). */
  readonly finished: Promise<{ code: number; shown: string; settings: string }>
}

/** Starts the built command line on a pseudoterminal. */
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
  const { ended, ...pty } = startPty(t, cli, whole)
  const finished = ended.then((shown) => {
    const [before = '', after = ''] = shown.split(/exit=(?=\d+\r)/)
    return { code: Number.parseInt(after, 10), shown: before, settings: after }
  })
  return { ...pty, finished }
}

/** Runs a line of `sh` on a pseudoterminal, by `script` of util-linux. */
export function startPty(
  t: TestContext,
  { home, env }: Pick<TempCli, 'home' | 'env'>,
  line: string,
): Pty {
  const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
    cwd: home,
    env: { TERM: 'xterm', ...env, SHELL: '/bin/sh' },
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
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => {
      resolve(shown)
      for (const look of looking) look()
    })
  })
  return {
    child,
    ended,
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
