import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

// A test that runs the bin tests what is in dist. Importing this file builds it where the sources are newer,
// so that a single test file run by hand never tests yesterday's build. It costs some milliseconds otherwise.

const ROOT = resolve(import.meta.dirname, '../..')
const LOCK = join(ROOT, 'node_modules/.build-lock')

/** The last file that a build writes. */
const LAST = join(ROOT, 'dist/slack-oauth.1')
const MAX_WAIT_MILLISECONDS = 60_000

function builtAt(): number {
  return statSync(LAST, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function changedAt(): number {
  const inFolder = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  const files = [
    ...inFolder(join(ROOT, 'src')),
    ...inFolder(join(ROOT, 'docs/tools')),
    ...inFolder(join(ROOT, 'scripts')),
    join(ROOT, 'package.json'),
    join(ROOT, 'tsconfig.json'),
  ]
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}

/** Test files run side by side: one of them builds, and the others wait for it. */
function isOurTurn(): boolean {
  try {
    mkdirSync(LOCK)
    return true
  } catch {
    return false
  }
}

const until = Date.now() + MAX_WAIT_MILLISECONDS
while (builtAt() < changedAt()) {
  if (isOurTurn()) {
    try {
      execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'inherit' })
    } finally {
      rmdirSync(LOCK)
    }
    break
  }
  if (Date.now() > until) throw new Error(`${LOCK} is held for long: remove it if nothing builds`)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
}
