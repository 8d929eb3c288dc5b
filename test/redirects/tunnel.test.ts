import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { freePort } from '../support/free-port.ts'
import { consent, printedUrl } from '../support/person.ts'
import { rawRequest } from '../support/raw-http.ts'
import { slackApp } from '../support/slack-app.ts'
import { type Running, tempCli } from '../support/temp-cli.ts'

const RELAY = 'https://relay.example.com/slack/oauth_redirect'

interface Tunnelled {
  readonly port: number
  readonly command: Running
  /** Sends a request to where the tunnel ends, as the tunnel does. */
  arrive(target: string, headers?: Record<string, string>): ReturnType<typeof rawRequest>
  /** Path and query of the redirect that a person's consent leads to. */
  redirect(): Promise<string>
}

async function tunnelled(t: TestContext, uri = RELAY, listen?: string): Promise<Tunnelled> {
  const port = await freePort()
  const { env } = await slackApp(t, { app: { redirectUris: [uri] } })
  const cli = await tempCli(t, { ...env, SLACK_REDIRECT_URI: uri })
  const command = cli.start(
    'install',
    ...[
      '--scopes',
      'chat:write',
      '--listen',
      listen?.replace('PORT', String(port)) ?? String(port),
    ],
  )
  const url = await printedUrl(command)
  await command.waitFor(/Waiting for you/)
  return {
    port,
    command,
    arrive: (target, headers = {}) =>
      rawRequest(`http://127.0.0.1:${port}`, target, {
        headers: { host: new URL(uri).host, ...headers },
      }),
    async redirect() {
      const { origin, pathname, search } = new URL(await consent(url))
      assert.equal(origin + pathname, uri)
      return pathname + search
    },
  }
}

test('an https redirect URI of another host is received in plain http where a tunnel leads', async (t) => {
  const { arrive, redirect, command, port } = await tunnelled(t)
  await command.waitFor(
    new RegExp(`^https://relay.example.com has to lead to http://localhost:${port} on`, 'm'),
  )

  const answer = await arrive(await redirect())
  const { location } = answer.headers
  assert.equal(answer.status, 303)
  // Below the redirect URI, so that a tunnel of that path alone passes it on
  assert.match(String(location), /^\/slack\/oauth_redirect\/done\//)
  assert.match((await arrive(String(location))).body, /Installed/)

  const { code, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^Open this URL in any browser/m)
})

test('a real tunnel in between, which names itself in the Host, changes nothing', async (t) => {
  const relayPort = await freePort()
  const { redirect, command, port } = await tunnelled(t)
  const tunnel = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, host: 'relay.example.com', 'x-forwarded-proto': 'https' }
    incoming.pipe(
      request({ port, host: '127.0.0.1', path: incoming.url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      }),
    )
  })
  await new Promise<void>((resolve) => tunnel.listen(relayPort, '127.0.0.1', resolve))
  t.after(() => tunnel.close())

  const page = await fetch(`http://127.0.0.1:${relayPort}${await redirect()}`)

  assert.match(await page.text(), /Installed/)
  assert.equal((await command.finished).code, 0)
})

test('where a tunnel leads, its host and this machine are taken for a Host, and no other', async (t) => {
  const { arrive, port } = await tunnelled(t)

  for (const host of ['relay.example.com:443', 'RELAY.example.com', `localhost:${port}`]) {
    assert.equal((await arrive('/', { host })).status, 404, host)
  }
  for (const host of ['evil.example.com', `relay.example.com:${port}`, 'localhost']) {
    assert.equal((await arrive('/', { host })).status, 421, host)
  }
})

test('what X-Forwarded headers say is never believed', async (t) => {
  const { arrive } = await tunnelled(t)
  const forwarded = {
    'x-forwarded-host': 'relay.example.com',
    'x-forwarded-for': '127.0.0.1',
    forwarded: 'host=relay.example.com',
  }

  assert.equal((await arrive('/', { ...forwarded, host: 'evil.example.com' })).status, 421)
  const evil = { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-prefix': '/evil' }
  assert.equal((await arrive('/evil/slack/oauth_redirect', evil)).status, 404)
})

test('--listen names one address, or both', async (t) => {
  const { port, command } = await tunnelled(t, RELAY, '[::1]:PORT')
  await command.waitFor(new RegExp(`lead to http://\\[::1\\]:${port} on`))
  const connect = (host: string) => fetch(`http://${host}:${port}/`).then(({ status }) => status)

  assert.equal(await connect('[::1]'), 404)
  await assert.rejects(connect('127.0.0.1'), { name: 'TypeError', message: 'fetch failed' })
})

for (const address of [
  '0.0.0.0:8910',
  '192.168.0.1:8910',
  '[::]:8910',
  'example.com:80',
  ':::80',
]) {
  test(`--listen ${address} is refused: other machines could reach it`, async (t) => {
    const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'x' })
    const { code, stderr } = await cli.run(
      'install',
      ...['--scopes', 'chat:write', '--redirect-uri', RELAY, '--listen', address],
    )
    assert.equal(code, 2)
    assert.match(stderr, /is not an address of this machine alone \(usage\)/)
  })
}

test('--listen beside a redirect URI of this machine is refused: that has its own port', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'x' })
  const { code, stderr } = await cli.run('install', '--scopes', 'chat:write', '--listen', '8910')
  assert.equal(code, 2)
  assert.match(stderr, /--listen is for a redirect URI of another host \(usage\)/)
})
