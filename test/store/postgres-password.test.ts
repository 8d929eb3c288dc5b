import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { redact } from '../../src/base/redact.ts'
import { passwordFromFile } from '../../src/store/postgres/passfile.ts'
import { parsePostgresUrl } from '../../src/store/postgres/url.ts'
import { tempPath } from './fixtures.ts'

/** As a driver or a crash may put it: it looks like no secret. */
const complaint = (password: string) => `invalid value for parameter: "${password}"`

for (const [where, password, url, env] of [
  ['before the @', 'planted-1-@/#', 'postgres://me:planted-1-%40%2F%23@h/d', {}],
  ['in a parameter', 'planted-2-=&', 'postgres://me@h/d?password=planted-2-%3D%26', {}],
  ['in PGPASSWORD', 'planted-3', 'postgres://me@h/d', { PGPASSWORD: 'planted-3' }],
] as const) {
  test(`a password ${where} is hidden by its value in whatever is said later`, () => {
    assert.equal(redact(complaint(password)), complaint(password), 'it is hidden anyway')
    parsePostgresUrl(url, env)
    assert.equal(redact(complaint(password)), complaint('***'))
  })
}

test('a password out of a password file is hidden likewise', async (t) => {
  const passfile = await tempPath(t)
  writeFileSync(passfile, 'h:5432:d:me:planted-4\n', { mode: 0o600 })
  const address = parsePostgresUrl('postgres://me@h/d', { PGPASSFILE: passfile })
  assert.equal(redact(complaint('planted-4')), complaint('planted-4'), 'it is hidden anyway')
  assert.equal(passwordFromFile(address, assert.fail), 'planted-4')
  assert.equal(redact(complaint('planted-4')), complaint('***'))
})
