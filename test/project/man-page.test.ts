import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describedCommands } from '../../docs/tools/commands.ts'
import { manPage } from '../../docs/tools/man-page.ts'
import { ROOT } from '../support/documents.ts'

const MANDOC = '/usr/bin/mandoc'
const BACKSPACE = '\u0008'
const skip =
  existsSync(MANDOC) || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS ? false : 'there is no mandoc'

test('the man page is one that mandoc has nothing to say of, with every command and option', {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-man-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'slack-oauth.1')
  writeFileSync(file, await manPage('2026-11-26'))

  const { stdout, stderr } = spawnSync(MANDOC, ['-Tlint', '-Wstyle', file], { encoding: 'utf8' })
  assert.equal(stdout + stderr, '')

  const shown = execFileSync(MANDOC, ['-Tutf8', '-Owidth=78', file], { encoding: 'utf8' })
    // Bold is a character written twice
    .replace(new RegExp(`.${BACKSPACE}`, 'gu'), '')
  for (const { name, options, examples } of await describedCommands()) {
    assert.match(shown, new RegExp(`^ {3}${name}$`, 'm'))
    for (const { long } of options) assert.ok(long && shown.includes(long), `${name} ${long}`)
    for (const example of examples) assert.ok(shown.includes(example), example)
  }
  for (const line of shown.split('\n')) assert.ok(line.length <= 100, line)
})

test('the package names the man page that the build makes', () => {
  const { man }: { man: unknown } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  // A list: npm passes over a single name
  assert.deepEqual(man, ['dist/slack-oauth.1'])
  assert.match(readFileSync(join(ROOT, 'dist/slack-oauth.1'), 'utf8'), /^\.TH SLACK\\-OAUTH 1 /)
})
