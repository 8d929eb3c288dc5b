import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

// npm run faults: every fault there is, not the part of them that CI takes; some minutes. Names of files
// choose: npm run faults -- writes

const wanted = process.argv.slice(2)
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => wanted.length === 0 || wanted.includes(name.replace('.test.ts', '')))
  .map((name) => join(import.meta.dirname, name))
const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, FAULTS_SHARE: '1' } },
)
process.exitCode = status ?? 1
