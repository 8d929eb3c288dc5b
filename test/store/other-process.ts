import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Commands, Reply } from './other-process-main.ts'

type Answer<K extends keyof Commands> = Awaited<ReturnType<Commands[K]>>

export interface OtherProcess {
  /** Runs a command there; throws an Error with the `code` that it failed with. */
  call<K extends keyof Commands>(name: K, input: Parameters<Commands[K]>[0]): Promise<Answer<K>>
  signal(signal: NodeJS.Signals): void
  /** Ends it at once; resolves when it is gone. */
  kill(): Promise<void>
}

/** A Node process with the stores in it, ended with the test; `uid` is whom it runs as. */
export function otherProcess(t: TestContext, options: { uid?: number } = {}): OtherProcess {
  const child = fork(join(import.meta.dirname, 'other-process-main.ts'), {
    serialization: 'advanced',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  t.after(() => child.kill('SIGKILL'))
  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const gone = () => reject(new Error(`the process ended during ${name}`))
        child.once('exit', gone)
        child.once('message', ({ answer, error }: Reply) => {
          child.off('exit', gone)
          if (error) reject(Object.assign(new Error(error.message), { code: error.code }))
          // The other side runs the command of this very name
          else resolve(answer as never)
        })
        child.send({ name, input })
      }),
    signal: (signal) => void child.kill(signal),
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
