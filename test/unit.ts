// npm run test:unit: the test files that start no process, in some seconds. Which these are is read off their
// imports: neither a unit test nor a helper of it imports what can start one.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const ROOT = import.meta.dirname
const STARTS_PROCESSES =
  /from '(?:node:child_process|node:cluster|playwright-core|@arethetypeswrong\/core)'/
/** Imports that are gone by the time the file runs. */
const TYPES = /^import type [^']*'[^']*'$/gm

const verdicts = new Map<string, boolean>()

/** Whether a file of test/ and all that it imports of test/ start no process. */
function isUnit(file: string): boolean {
  const known = verdicts.get(file)
  if (known !== undefined) return known
  verdicts.set(file, true)
  const text = readFileSync(file, 'utf8').replace(TYPES, '')
  const imports = [...text.matchAll(/(?:from|import) ?\(?'(\.{1,2}\/[^']+\.ts)'/g)]
  const helpers = imports.map(([, path = '']) => resolve(dirname(file), path))
  const verdict =
    !STARTS_PROCESSES.test(text) &&
    helpers.filter((helper) => helper.startsWith(`${ROOT}/`)).every(isUnit)
  verdicts.set(file, verdict)
  return verdict
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(ROOT, name))
  .filter(isUnit)
const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=4',
    '--test-timeout=60000',
    ...process.argv.slice(2),
    ...files,
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
