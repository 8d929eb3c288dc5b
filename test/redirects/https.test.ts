import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { certificateFiles, DAY_SECONDS, mkcertAuthority } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { consent, printedUrl } from '../support/person.ts'
import { rawRequest } from '../support/raw-http.ts'
import { slackApp } from '../support/slack-app.ts'
import { type Running, type TempCli, tempCli } from '../support/temp-cli.ts'
import { handshake, lookOverTls } from '../support/tls.ts'

interface HttpsApp {
  readonly cli: TempCli
  readonly port: number
  readonly kept: string
  install(...args: string[]): Running
}

async function httpsApp(t: TestContext, host = 'localhost'): Promise<HttpsApp> {
  const port = await freePort()
  const uri = `https://${host}:${port}/slack/oauth_redirect`
  const { env } = await slackApp(t, { app: { redirectUris: [uri] } })
  const cli = await tempCli(t, { ...env, SLACK_REDIRECT_URI: uri })
  return {
    cli,
    port,
    kept: join(cli.home, '.local/share/slack-oauth/localhost.pem'),
    install: (...args) => cli.start('install', '--scopes', 'chat:write', ...args),
  }
}

async function allow(command: Running): Promise<{ status: number; url: string; html: string }> {
  return lookOverTls(await consent(await printedUrl(command)))
}

test('an https redirect URI on localhost is served with a certificate of our own', async (t) => {
  const { cli, kept, install } = await httpsApp(t)
  const command = install()

  const page = await allow(command)

  const { code, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.match(page.html, /Installed/)
  assert.match(page.url, /^https:\/\/localhost:\d+\/slack\/oauth_redirect\/done\//)
  assert.match((await cli.run('token')).stdout, /^xoxb-/)
  assert.ok(stderr.includes(kept))
})

test('our own certificate is for localhost and both its addresses, and can sign no other', async (t) => {
  const { install, port } = await httpsApp(t)
  const command = install()
  const { 0: fingerprint } = await command.waitFor(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/m)
  await command.waitFor(/Waiting for you/)

  for (const host of ['127.0.0.1', '::1']) {
    const { certificate, protocol } = await handshake(port, { host })
    assert.equal(certificate.fingerprint256, fingerprint)
    assert.equal(
      certificate.subjectaltname,
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    assert.equal(certificate.ca, false)
    assert.equal(protocol, 'TLSv1.3')
    const days = (Date.parse(certificate.valid_to) - Date.now()) / 1000 / DAY_SECONDS
    assert.ok(days > 390 && days < 398, String(days))
  }
})

test('the authority of mkcert signs, where the machine has one, and browsers trust it', async (t) => {
  const { cli, port } = await httpsApp(t)
  const authority = mkcertAuthority(cli.home)
  const command = cli.with({ CAROOT: cli.home }).start('install', '--scopes', 'chat:write')
  await command.waitFor(/has a certificate of mkcert's authority/)
  await command.waitFor(/Waiting for you/)

  const ca = readFileSync(authority.cert, 'utf8')
  assert.equal((await handshake(port, { ca })).authorized, true)
  assert.equal((await handshake(port)).authorized, false)
})

test('--cert and --key are what is served', async (t) => {
  const { cli, port, install } = await httpsApp(t)
  const { cert, key } = certificateFiles(cli.home)
  const command = install('--cert', cert, '--key', key)
  await command.waitFor(/Waiting for you/)

  const { authorized } = await handshake(port, { ca: readFileSync(cert, 'utf8') })

  assert.equal(authorized, true)
})

test('plain http on a port of https is told what to do', async (t) => {
  const { port, install } = await httpsApp(t)
  const command = install()
  await command.waitFor(/Waiting for you/)

  const answer = await rawRequest(`http://127.0.0.1:${port}`, '/slack/oauth_redirect?code=1')

  assert.equal(answer.status, 400)
  assert.match(answer.body, /begin the address with https/)
  assert.equal((await allow(command)).status, 200)
})

test('TLS 1.1 is not spoken', async (t) => {
  const { port, install } = await httpsApp(t)
  await install().waitFor(/Waiting for you/)

  await assert.rejects(handshake(port, { version: 'TLSv1.1' }), /alert protocol version/)
  assert.equal((await handshake(port, { version: 'TLSv1.2' })).protocol, 'TLSv1.2')
})

test('a foreign Host is turned away over https too', async (t) => {
  const { port, install } = await httpsApp(t)
  await install().waitFor(/Waiting for you/)
  const { request } = await import('node:https')

  const status = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port,
          path: '/',
          headers: { host },
          rejectUnauthorized: false,
          agent: false,
        },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end()
    })

  assert.equal(await status(`evil.example:${port}`), 421)
  assert.equal(await status(`localhost:${port + 1}`), 421)
  assert.equal(await status('localhost'), 421)
  assert.equal(await status(`localhost:${port}`), 404)
})

type Broken = readonly [what: string, message: RegExp, make: (cli: TempCli) => Promise<string[]>]

const broken: readonly Broken[] = [
  [
    'a key of another certificate',
    /The key \S+ is not the one of the certificate \S+ \(invalid_certificate\)/,
    async ({ home }) => {
      const [one, other] = [certificateFiles(home, 'one'), certificateFiles(home, 'two')]
      return ['--cert', one.cert, '--key', other.key]
    },
  ],
  [
    'an expired certificate',
    /has expired: .+ \(invalid_certificate\)/,
    async ({ home }) => {
      const from = Date.now() / 1000 - 2 * DAY_SECONDS
      const { cert, key } = certificateFiles(home, 'old', { from })
      return ['--cert', cert, '--key', key]
    },
  ],
  [
    'a certificate of the future',
    /is not valid before .+ \(invalid_certificate\)/,
    async ({ home }) => {
      const from = Date.now() / 1000 + 2 * DAY_SECONDS
      const { cert, key } = certificateFiles(home, 'new', { from })
      return ['--cert', cert, '--key', key]
    },
  ],
  [
    'an encrypted key',
    /is no private key \(invalid_certificate\)\nhint: It is encrypted/,
    async ({ home }) => {
      const { cert, key } = certificateFiles(home)
      const { createPrivateKey } = await import('node:crypto')
      const secret = {
        cipher: 'aes-256-cbc',
        passphrase: 'x',
        type: 'pkcs8',
        format: 'pem',
      } as const
      writeFileSync(key, createPrivateKey(readFileSync(key, 'utf8')).export(secret))
      return ['--cert', cert, '--key', key]
    },
  ],
  [
    'the two files swapped',
    /is no certificate \(invalid_certificate\)/,
    async ({ home }) => {
      const { cert, key } = certificateFiles(home)
      return ['--cert', key, '--key', cert]
    },
  ],
  [
    'a file that is not there',
    /Cannot read the file \S+ of --cert: ENOENT \(usage\)/,
    async ({ home }) => {
      const { key } = certificateFiles(home)
      return ['--cert', join(home, 'nowhere.pem'), '--key', key]
    },
  ],
  [
    'a certificate without its key',
    /--cert and --key go together \(usage\)/,
    async ({ home }) => ['--cert', certificateFiles(home).cert],
  ],
]

for (const [what, message, make] of broken) {
  test(`${what} is refused before a browser opens`, async (t) => {
    const { cli, install } = await httpsApp(t)

    const { code, stdout, stderr } = await install(...(await make(cli))).finished

    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, message)
    assert.doesNotMatch(stderr, /authorize\?|PRIVATE/)
  })
}

test('a key that others can read is used, with a warning', async (t) => {
  const { cli, install } = await httpsApp(t)
  const { cert, key } = certificateFiles(cli.home)
  chmodSync(key, 0o644)

  const command = install('--cert', cert, '--key', key)
  await command.waitFor(/warning: Others can read the key \S+localhost-key\.pem/)
  assert.equal((await allow(command)).status, 200)
})
