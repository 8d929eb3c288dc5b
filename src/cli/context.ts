import { addAbortSignal } from 'node:stream'
import { exitCodes, SlackOAuthError } from '../errors.js'

/** A stream as much as a command needs of it. */
export interface Output {
  /** False when there is no room for more until it says `drain`. */
  write(text: string): unknown
  once?(event: 'drain' | 'close', listener: () => void): unknown
  off?(event: 'drain' | 'close', listener: () => void): unknown
  readonly destroyed?: boolean
  readonly isTTY?: boolean
  readonly fd?: number
}

export interface Input extends AsyncIterable<unknown> {
  readonly isTTY?: boolean
}

/** Every impure thing that a command may touch. */
export interface Context {
  /** A copy: what later changes in the process's own environment does not show here. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Data, and nothing else. */
  readonly stdout: Output
  /** Everything said to a person. */
  readonly stderr: Output
  /** Opened when it is asked for: a process that looks at its standard input waits for its end. */
  readonly stdin?: () => Input
  /** Aborted on SIGINT and SIGTERM, with the error to end with as its reason. */
  readonly signal: AbortSignal
  /** Unix time in seconds. */
  now(): number
}

/** A terminal, npx or a supervisor may send one signal twice: that is not a person's second wish. */
const SECOND_SIGNAL_MILLISECONDS = 500

/** The context of the running process. The first signal ends the command in order, a later one at once. */
export function processContext(): Context {
  const controller = new AbortController()
  const endings = {
    SIGINT: new SlackOAuthError('interrupted', 'Interrupted'),
    SIGTERM: new SlackOAuthError('terminated', 'Terminated'),
  }
  let signalledAt: number | undefined
  for (const [signal, error] of Object.entries(endings)) {
    process.on(signal, () => {
      signalledAt ??= performance.now()
      if (performance.now() - signalledAt > SECOND_SIGNAL_MILLISECONDS) process.exit(error.exitCode)
      controller.abort(error)
    })
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unwritable)
  const env = { ...process.env }
  // What we start, a browser say, inherits the environment and lives on: it need not know the secrets
  delete process.env.SLACK_CLIENT_SECRET
  delete process.env.SLACK_SIGNING_SECRET
  return {
    env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: () => addAbortSignal(controller.signal, process.stdin),
    signal: controller.signal,
    now: () => Date.now() / 1000,
  }
}

function unwritable(error: NodeJS.ErrnoException): void {
  // A reader that has seen enough, as in `slack-oauth list | head`, is no failure
  if (error.code === 'EPIPE') return
  process.once('exit', () => {
    process.exitCode = exitCodes.output_failed
  })
  process.stderr.write(`error: The output cannot be written: ${error.code} (output_failed)\n`)
}
