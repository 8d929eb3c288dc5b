import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import test from 'node:test'
import { parseSandboxConfig, startSandbox } from '../../src/sandbox/sandbox.ts'
import { call, start } from './client.ts'

/** The status for a request with a Host of its own, which fetch does not allow. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

test('it listens on both loopback addresses and nowhere else', async (t) => {
  const sandbox = await start(t)
  const { port } = new URL(sandbox.url)

  assert.equal(sandbox.url, `http://localhost:${port}`)
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200)
  assert.equal((await fetch(`http://[::1]:${port}/`)).status, 200)
  await assert.rejects(fetch(`http://127.0.0.2:${port}/`), {
    name: 'TypeError',
    message: 'fetch failed',
  })
})

test('a Host that is not this machine is misdirected', async (t) => {
  const sandbox = await start(t)
  const { port } = new URL(sandbox.url)

  assert.equal(await statusFor(sandbox.url, `localhost:${port}`), 200)
  assert.equal(await statusFor(sandbox.url, `rebound.test:${port}`), 421)
  assert.equal(await statusFor(sandbox.url, 'localhost:1'), 421)
  assert.equal(await statusFor(sandbox.url, 'localhost'), 421)
})

test('a taken port is EADDRINUSE', async (t) => {
  const { port } = new URL((await start(t)).url)

  await assert.rejects(startSandbox({ port: Number(port) }), { code: 'EADDRINUSE' })
})

test('a bad option is refused in one line', async () => {
  await assert.rejects(startSandbox({ port: 70_000 }), /^Error: port: expected/)
  await assert.rejects(startSandbox({ apps: [{ appId: 'X1' }] }), /^Error: apps\[0\]\.appId: /)
})

test('the port is free again after close, which may be called twice', async () => {
  const first = await startSandbox()
  const port = Number(new URL(first.url).port)
  await first.close()
  await first.close()

  const second = await startSandbox({ port })
  await second.close()
})

test('close cuts connections that are kept alive', async (t) => {
  const sandbox = await startSandbox()
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  await new Promise<void>((resolve, reject) => {
    request(sandbox.url, { agent }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end()
  })
  const began = performance.now()

  await sandbox.close()

  assert.ok(performance.now() - began < 1000)
})

test('an unknown method is unknown_method', async (t) => {
  const sandbox = await start(t)

  for (const method of ['no.such.method', 'constructor', '__proto__']) {
    assert.deepEqual(await call(sandbox, method), { ok: false, error: 'unknown_method' })
  }
})

test('every answer of a method is 200 and JSON', async (t) => {
  const sandbox = await start(t)

  const { status, headers } = await fetch(`${sandbox.url}/api/oauth.v2.access`, { method: 'POST' })

  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8')
})

test('other verbs are not allowed, and other pages not found', async (t) => {
  const { url } = await start(t)

  assert.equal((await fetch(url, { method: 'PUT', body: 'x' })).status, 405)
  assert.equal((await fetch(`${url}/nowhere`)).status, 404)
})

const bodies: [name: string, type: string | undefined, body: BodyInit, error: string][] = [
  ['JSON', 'application/json', '{"token":"xoxb-1"}', 'invalid_auth'],
  ['a form', 'application/x-www-form-urlencoded', 'token=xoxb-1', 'invalid_auth'],
  ['broken JSON', 'application/json', '{', 'invalid_json'],
  ['another type', 'text/plain', 'token=xoxb-1', 'invalid_post_type'],
  ['a broken multipart form', 'multipart/form-data', 'x', 'invalid_form_data'],
]

for (const [name, type, body, error] of bodies) {
  test(`a body of ${name} gives ${error}`, async (t) => {
    const { url } = await start(t)
    const headers = type ? { 'content-type': type } : {}

    const response = await fetch(`${url}/api/auth.test`, { method: 'POST', headers, body })

    assert.deepEqual(await response.json(), { ok: false, error })
  })
}

test('a multipart form, as curl -F sends it, is read', async (t) => {
  const { url } = await start(t)
  const body = new FormData()
  body.set('token', 'xoxb-1')

  const response = await fetch(`${url}/api/auth.test`, { method: 'POST', body })

  assert.equal((await response.json()).error, 'invalid_auth')
})

test('a body of more than 1 MB is refused', async (t) => {
  const { url } = await start(t)
  const body = new URLSearchParams({ token: 'x'.repeat(1024 * 1024) })

  assert.equal((await fetch(`${url}/api/auth.test`, { method: 'POST', body })).status, 413)
})

test('the calls are remembered in order, granted or not', async (t) => {
  const sandbox = await start(t)
  await call(sandbox, 'auth.test', { token: 'xoxb-1' })
  await call(sandbox, 'oauth.v2.access', { code: 'the-code' })

  assert.deepEqual(
    sandbox.calls().map(({ method }) => method),
    ['auth.test', 'oauth.v2.access'],
  )
  const [exchange] = sandbox.calls('oauth.v2.access')
  assert.deepEqual(exchange?.params, { code: 'the-code' })
  assert.match(exchange?.headers['content-type'] ?? '', /form-urlencoded/)
})

test('a configuration document starts a sandbox', async (t) => {
  const document: unknown = JSON.parse('{"apps":[{"name":"From a file"}],"consent":"cancel"}')
  const sandbox = await startSandbox({ ...parseSandboxConfig(document), port: 0 })
  t.after(() => sandbox.close())

  assert.equal(sandbox.apps[0]?.name, 'From a file')
  assert.equal(sandbox.workspaces[0]?.members[0]?.email, 'alice@example.com')
})
