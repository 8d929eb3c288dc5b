import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')

const skip = process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
  ? false
  : 'it installs TypeDoc from the npm registry: set SLACK_OAUTH_REQUIRE_ALL_TESTS=1'

test('docs/library is what `npm run docs:library` makes of the docstrings', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-docs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const npm = process.env.npm_execpath ?? ''
  assert.notEqual(npm, '', 'run it by npm')

  const args = [npm, 'run', 'docs:library', '--', '--out', folder]
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'pipe' })

  const [committed, made] = [pages(join(ROOT, 'docs/library')), pages(folder)]
  assert.deepEqual(Object.keys(committed), Object.keys(made))
  for (const [name, text] of Object.entries(made)) {
    assert.ok(committed[name] === text, `docs/library/${name} is old: npm run docs:library`)
  }
})

/** What is in a folder, by the name of each file in it. */
function pages(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
