import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { localhostCertificate } from '../../src/loopback/certificate/localhost.ts'
import { mkcertCertificate, mkcertFolder } from '../../src/loopback/certificate/mkcert.ts'
import { ownCertificate } from '../../src/loopback/certificate/self-signed.ts'
import { DAY_SECONDS, mkcertAuthority } from '../support/certificates.ts'

const now = Date.now() / 1000
const site = new URL('https://localhost:8910/')

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-certificate-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test("our own certificate is made once, and its key is its owner's alone", (t) => {
  const folder = join(temporaryFolder(t), 'new', 'data')

  const first = ownCertificate(folder, now)
  assert.equal(statSync(join(folder, 'localhost.pem')).mode & 0o777, 0o600)
  assert.equal(statSync(folder).mode & 0o777, 0o700)

  const second = ownCertificate(folder, now + 300 * DAY_SECONDS)
  assert.equal(second.fingerprint, first.fingerprint)
  assert.deepEqual(readdirSync(folder), ['localhost.pem'])
})

test('our own certificate is replaced two weeks before it ends', (t) => {
  const folder = temporaryFolder(t)
  const first = ownCertificate(folder, now)

  const kept = ownCertificate(folder, now + 382 * DAY_SECONDS)
  const renewed = ownCertificate(folder, now + 384 * DAY_SECONDS)

  assert.equal(kept.fingerprint, first.fingerprint)
  assert.notEqual(renewed.fingerprint, first.fingerprint)
})

test('our own certificate is replaced once it has ended', (t) => {
  const folder = temporaryFolder(t)
  const first = ownCertificate(folder, now)

  const renewed = ownCertificate(folder, now + 500 * DAY_SECONDS)

  assert.notEqual(renewed.fingerprint, first.fingerprint)
  assert.ok(Date.parse(new X509Certificate(renewed.cert).validTo) / 1000 > now + 800 * DAY_SECONDS)
})

for (const damage of [
  '',
  'garbage',
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
]) {
  test(`our own certificate is replaced where its file holds ${JSON.stringify(damage)}`, (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'localhost.pem'), damage, { mode: 0o644 })

    const { fingerprint } = ownCertificate(folder, now)

    assert.equal(ownCertificate(folder, now).fingerprint, fingerprint)
    assert.equal(statSync(join(folder, 'localhost.pem')).mode & 0o777, 0o600)
  })
}

test('the file of our own certificate that others could read is closed to them', (t) => {
  const folder = temporaryFolder(t)
  ownCertificate(folder, now)
  chmodSync(join(folder, 'localhost.pem'), 0o644)

  ownCertificate(folder, now)

  assert.equal(statSync(join(folder, 'localhost.pem')).mode & 0o777, 0o600)
})

test('a folder that cannot be written is an error that names the file', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'file'), '')

  assert.throws(() => ownCertificate(join(folder, 'file', 'x'), now), {
    code: 'output_failed',
    message: /localhost\.pem cannot be kept/,
  })
})

test('what the authority of mkcert signs is verified by it, and kept nowhere', (t) => {
  const folder = temporaryFolder(t)
  const authority = mkcertAuthority(folder)

  const made = mkcertCertificate({ CAROOT: folder }, Date.now() / 1000 + 1)

  assert.ok(made && !('failed' in made))
  const issuer = new X509Certificate(readFileSync(authority.cert))
  const certificate = new X509Certificate(made.cert)
  assert.ok(certificate.verify(issuer.publicKey))
  assert.ok(certificate.checkIssued(issuer))
  assert.equal(made.origin, 'mkcert')
  assert.deepEqual(readdirSync(folder).sort(), ['rootCA-key.pem', 'rootCA.pem'])
})

test('what an authority on a curve signs is verified by it', (t) => {
  const folder = temporaryFolder(t)
  const authority = mkcertAuthority(folder, 'ec -pkeyopt ec_paramgen_curve:prime256v1')

  const made = mkcertCertificate({ CAROOT: folder }, Date.now() / 1000 + 1)

  assert.ok(made && !('failed' in made))
  const issuer = new X509Certificate(readFileSync(authority.cert))
  assert.ok(new X509Certificate(made.cert).verify(issuer.publicKey))
})

test('OpenSSL finds nothing to object to, at its strictest', (t) => {
  const folder = temporaryFolder(t)
  const authority = mkcertAuthority(folder)
  const made = mkcertCertificate({ CAROOT: folder }, Date.now() / 1000 + 1)
  assert.ok(made && !('failed' in made))
  writeFileSync(join(folder, 'leaf.pem'), made.cert)

  const verified = execFileSync('openssl', [
    ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'localhost'],
    ...['-CAfile', authority.cert, join(folder, 'leaf.pem')],
  ])

  assert.match(String(verified), /leaf\.pem: OK/)
})

test('without an authority of mkcert there is nothing of it', (t) => {
  assert.equal(mkcertCertificate({ CAROOT: temporaryFolder(t) }, now), undefined)
})

test('an authority of mkcert that is of no use is told, and ours takes its place', (t) => {
  const folder = temporaryFolder(t)
  mkcertAuthority(folder)
  const later = now + 4000 * DAY_SECONDS
  const sources = { env: { CAROOT: folder }, folder: join(folder, 'own'), now: () => later }

  const { origin, doubts } = localhostCertificate(sources, site)

  assert.equal(origin, 'own')
  assert.match(doubts.join(), /The authority of mkcert in .+ is of no use: .+ has expired/)
})

for (const [platform, env, folder] of [
  ['linux', { HOME: '/home/you' }, '/home/you/.local/share/mkcert'],
  ['linux', { HOME: '/home/you', XDG_DATA_HOME: '/data' }, '/data/mkcert'],
  ['darwin', { HOME: '/Users/you' }, '/Users/you/Library/Application Support/mkcert'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local/mkcert'],
  ['darwin', { HOME: '/Users/you', CAROOT: '/ca' }, '/ca'],
] as const) {
  test(`mkcert keeps its authority in ${folder} on ${platform}`, () => {
    assert.equal(mkcertFolder(env, platform), folder)
  })
}
