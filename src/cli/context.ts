import { SlackOAuthError } from '../base/errors.ts'
import { secretSettings } from './settings/secrets.ts'
import { type Output, processOutput } from './terminal/process-output.ts'

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
  const env = { ...process.env }
  // What we start, a browser say, inherits the environment and lives on: it need not know the secrets
  for (const name of secretSettings) {
    delete process.env[name]
  }
  return {
    env,
    stdout: processOutput(1, () => process.stdout),
    stderr: processOutput(2, () => process.stderr),
    // Loaded only here: it costs more than the store that `token` reads
    stdin: () =>
      process.getBuiltinModule('node:stream').addAbortSignal(controller.signal, process.stdin),
    signal: controller.signal,
    now: () => Date.now() / 1000,
  }
}
