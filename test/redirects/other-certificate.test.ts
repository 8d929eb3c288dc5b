import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { keptCertificate, ownCertificate } from '../../src/loopback/certificate/self-signed.ts'

const skip = process.getuid?.() === 0 ? false : 'it takes root to give a file away'

test("a certificate that is another user's is not used, and another takes its place", {
  skip,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-certificate-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const now = Date.now() / 1000
  const { fingerprint, path = '' } = ownCertificate(folder, now)
  assert.equal(keptCertificate(folder, now)?.fingerprint, fingerprint)
  chownSync(path, 65534, 65534)
  const theirs = readFileSync(path, 'utf8')
  assert.equal(keptCertificate(folder, now), undefined)
  assert.notEqual(ownCertificate(folder, now).fingerprint, fingerprint)
  assert.notEqual(readFileSync(path, 'utf8'), theirs)
  assert.equal(statSync(path).uid, 0)
})
