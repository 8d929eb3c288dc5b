import { allCommands } from '../../src/cli/command-loaders.ts'
import { main } from '../../src/cli/main.ts'

export interface Finished {
  /** As a shell counts: 128 and the signal's number for one that a signal ended. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A command that takes longer hangs. */
const TIMEOUT_MILLISECONDS = 30_000

let last: Promise<unknown> = Promise.resolve()

/**
 * One command line in this process, in that folder: for tests that look only at what is printed and at the exit
 * code. One runs after the other, since a process has one current folder.
 */
export async function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  folder = process.cwd(),
): Promise<Finished> {
  const result = last.then(async () => {
    const before = process.cwd()
    process.chdir(folder)
    try {
      return await finished(args, env)
    } finally {
      process.chdir(before)
    }
  })
  last = result.catch(() => {})
  return result
}

async function finished(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  const said = { stdout: '', stderr: '' }
  const output = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text
      return true
    },
    destroyed: false,
  })
  const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS)
  const streams = { stdout: output('stdout'), stderr: output('stderr') }
  const context = { env, ...streams, signal, now: () => Date.now() / 1000 }
  return { code: await main(args, context, allCommands), ...said }
}
