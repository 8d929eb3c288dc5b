// npm run bench -- NAME [ARGUMENTS]: one benchmark, or without a name the list of them. docs/performance.md
// has the results and says what each compares.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const benchmarks = {
  'start-up': ['start-up.mjs', 'what a start of each command costs; half a minute'],
  store: ['store.ts', 'store operations a second; a few minutes'],
  scale: ['scale.ts', 'a million installations beside one; three minutes, 2 GB of disk'],
  encryption: ['encryption.ts', 'an encrypted store beside a plain one; a minute'],
  serve: ['serve.ts', 'signed events a second beside Bolt and a bare server; some minutes'],
  idle: ['idle.mjs', 'memory of what waits; five minutes'],
  writers: ['writers.ts', 'two processes writing one file; four minutes'],
  renewal: ['renewal.ts', 'fifty processes on one expired token; a few minutes'],
  unlocked: ['unlocked.ts', 'renewals beside an SDK that takes no lock; a minute'],
  dependencies: ['dependencies.mjs', 'what each dependency costs; takes the npm registry'],
}

const [name = '', ...args] = process.argv.slice(2)
if (Object.hasOwn(benchmarks, name)) {
  const [file] = benchmarks[name]
  // Some are written as tests: they end non-zero where anything is lost
  const isTest = ['writers', 'renewal', 'unlocked'].includes(name)
  const runner = isTest ? ['--test', '--test-reporter=spec'] : []
  const command = [...runner, join(import.meta.dirname, file), ...args]
  process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1
} else {
  console.error(`npm run bench -- NAME, where NAME is one of`)
  for (const [each, [, what]] of Object.entries(benchmarks))
    console.error(`  ${each.padEnd(13)} ${what}`)
  process.exitCode = name === '' ? 0 : 2
}
