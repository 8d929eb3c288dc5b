import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { isInForeground } from '../terminal/foreground.ts'

/** What a person, a shell or a supervisor sends to end or to wake a program. */
const passedOn: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']

/** These would leave a core file of ours as well, with the tokens in it. */
const coreSignals: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>([
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
])

export interface ChildCommand {
  readonly file: string
  readonly args: readonly string[]
  /** All of it: nothing of our own environment is added. */
  readonly env: NodeJS.ProcessEnv
}

/**
 * Runs a command in our place, with our standard streams and the signals sent to us, and then ends
 * this process as that one ended. It returns only by its error.
 *
 * @throws SlackOAuthError `command_not_found`, `command_not_executable`
 */
export async function runInPlace({ file, args, env }: ChildCommand): Promise<never> {
  const child = await started(file, args, env)
  return new Promise(() => {
    child.once('exit', (code, signal) => endAs(code, signal))
  })
}

function started(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(cannotRun(file, error))
    try {
      const child = spawn(file, args, { env, stdio: descriptors(args) })
      takeSignals(child)
      child.once('spawn', () => resolve(child))
      child.once('error', fail)
    } catch (error) {
      // Some failures Node throws, a list of arguments that is too long for one
      fail(error)
    }
  })
}

/**
 * The standard streams, and what a shell's `<(…)` among the arguments refers to: Node keeps every
 * other open file from the programs it starts.
 */
function descriptors(args: readonly string[]): ('inherit' | 'ignore')[] {
  const named = args.flatMap((arg) =>
    [...arg.matchAll(/\/dev\/fd\/(\d{1,4})\b/g)].map(([, number]) => Number(number)),
  )
  return Array.from({ length: Math.max(2, ...named) + 1 }, (_, fd) =>
    fd <= 2 || named.includes(fd) ? 'inherit' : 'ignore',
  )
}

/** From here on signals are the child's: ours would end us, and leave it alone. */
function takeSignals(child: ChildProcess): void {
  for (const signal of passedOn) {
    const ours = process.listeners(signal)
    process.on(signal, () => {
      // Windows tells every program of a console itself, and has no other signals than kills
      if (process.platform !== 'win32' && !isFromTerminal(signal)) child.kill(signal)
    })
    for (const listener of ours) process.off(signal, listener)
  }
}

/**
 * Ctrl-C and Ctrl-\ reach the child by the terminal; a second one, from us, is what many programs
 * take for "now, without cleaning up". Who sent a signal, Node does not say: in the foreground of a
 * terminal it was the terminal.
 */
function isFromTerminal(signal: NodeJS.Signals): boolean {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false
  return isInForeground() ?? [0, 1, 2].some((fd) => isatty(fd))
}

function endAs(code: number | null, signal: NodeJS.Signals | null): void {
  if (signal === null) process.exit(code ?? 1)
  const asShell = 128 + constants.signals[signal]
  if (process.platform === 'win32' || coreSignals.has(signal)) process.exit(asShell)
  // By the same signal: a shell's loop stops at Ctrl-C only when it sees that
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // Not everybody can be ended so: process 1 of a container cannot
  setTimeout(() => process.exit(asShell), 200)
}

function cannotRun(file: string, error: unknown): SlackOAuthError {
  const code = errorCode(error) ?? String(error)
  if (code === 'ENOENT' || file === '') {
    return new SlackOAuthError('command_not_found', `There is no command ${file || "''"}`, {
      cause: error,
    })
  }
  const hint =
    process.platform === 'win32'
      ? 'A .cmd or .bat file is run by cmd: slack-oauth exec -- cmd /c …'
      : undefined
  return new SlackOAuthError('command_not_executable', `Cannot run ${file}: ${code}`, {
    ...(hint && { hint }),
    cause: error,
  })
}
