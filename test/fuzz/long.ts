import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// npm run fuzz -- --seconds 60 (of each property), --runs 1000000, --seed N and --path P to see one again,
// and names of files: npm run fuzz -- imports rows

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
})
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => positionals.length === 0 || positionals.includes(name.replace('.test.ts', '')))
process.stderr.write(`seed ${seed}\n`)
const { status } = spawnSync(
  process.execPath,
  [...['--test', '--test-reporter=spec'], ...files.map((name) => join(import.meta.dirname, name))],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_SEED: seed,
      ...(values.runs === undefined
        ? { FUZZ_SECONDS: values.seconds ?? '60' }
        : { FUZZ_RUNS: values.runs }),
      ...(values.path !== undefined && { FUZZ_PATH: values.path }),
    },
  },
)
process.exitCode = status ?? 1
