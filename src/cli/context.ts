import { SlackOAuthError } from '../errors.js'

/** A stream as much as a command needs of it. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Every impure thing that a command may touch. */
export interface Context {
  /** A copy: what later changes in the process's own environment does not show here. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Data, and nothing else. */
  readonly stdout: Output
  /** Everything said to a person. */
  readonly stderr: Output
  /** Aborted on SIGINT and SIGTERM, with the error to end with as its reason. */
  readonly signal: AbortSignal
  /** Unix time in seconds. */
  now(): number
}

/** The context of the running process. The first signal ends the command in order, a second at once. */
export function processContext(): Context {
  const controller = new AbortController()
  const endings = {
    SIGINT: new SlackOAuthError('interrupted', 'Interrupted'),
    SIGTERM: new SlackOAuthError('terminated', 'Terminated'),
    SIGHUP: new SlackOAuthError('terminated', 'The terminal was closed'),
  }
  for (const [signal, error] of Object.entries(endings)) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(error.exitCode)
      controller.abort(error)
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    // A reader that has seen enough, as in `slack-oauth list | head`, is no failure
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    env: { ...process.env },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: controller.signal,
    now: () => Date.now() / 1000,
  }
}
