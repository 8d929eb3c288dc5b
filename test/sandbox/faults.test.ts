import assert from 'node:assert/strict'
import test from 'node:test'
import { type Fault, startSandbox } from '../../src/sandbox/sandbox.ts'
import { openConsentForm } from '../support/person.ts'
import { until } from '../support/until.ts'
import { allow, authorizeUrl, call, exchange, install, refresh, start } from './client.ts'

const method = 'auth.test'

function ask(url: string): Promise<Response> {
  return fetch(`${url}/api/${method}`, { method: 'POST' })
}

test('an error is said, and nothing is done', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))
  sandbox.inject({ method: 'oauth.v2.access', kind: 'error', error: 'internal_error', times: 1 })

  assert.deepEqual(await exchange(sandbox, code), { ok: false, error: 'internal_error' })
  assert.equal((await exchange(sandbox, code)).ok, true)
})

test('a 429 says when to come back', async (t) => {
  const sandbox = await start(t, {
    faults: [{ method, kind: 'status', status: 429, retryAfter: 30 }],
  })

  const response = await ask(sandbox.url)

  assert.equal(response.status, 429)
  assert.equal(response.headers.get('retry-after'), '30')
  assert.deepEqual(await response.json(), { ok: false, error: 'ratelimited' })
})

test('a 503 is a few words of text', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'status', status: 503 }] })

  const response = await ask(sandbox.url)

  assert.equal(response.status, 503)
  assert.equal(response.headers.get('retry-after'), null)
  assert.equal(await response.text(), 'Service Unavailable')
})

test('HTML comes in the place of JSON', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'html' }] })

  const response = await ask(sandbox.url)

  assert.equal(response.status, 200)
  assert.match(await response.text(), /^<!doctype html>/)
})

test('an answer is cut in the middle', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'truncate' }] })

  const response = await ask(sandbox.url)

  assert.equal(response.status, 200)
  await assert.rejects(response.text(), { name: 'TypeError', message: 'terminated' })
})

test('the server hangs up', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'hang-up' }] })

  await assert.rejects(ask(sandbox.url), { message: 'fetch failed' })
})

test('the server is silent until it is closed', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'silence' }] })

  const asking = ask(sandbox.url)
  const rejected = assert.rejects(asking, { message: 'fetch failed' })
  await waitForCall(() => sandbox.calls().length)
  await sandbox.close()

  await rejected
})

test('an answer is late, and true', async (t) => {
  const sandbox = await start(t, { faults: [{ method, kind: 'delay', seconds: 0.1 }] })
  const began = performance.now()

  assert.equal((await call(sandbox, method)).error, 'not_authed')

  assert.ok(performance.now() - began >= 95)
})

test('close does not wait for a delay', async () => {
  const sandbox = await startSandbox({ faults: [{ method, kind: 'delay', seconds: 3600 }] })
  const rejected = assert.rejects(ask(sandbox.url), { name: 'TypeError', message: 'fetch failed' })
  await waitForCall(() => sandbox.calls().length)

  await sandbox.close()

  await rejected
})

test('a dropped answer has spent the code all the same', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))
  sandbox.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })

  await assert.rejects(exchange(sandbox, code), { name: 'TypeError', message: 'fetch failed' })
  assert.equal((await exchange(sandbox, code)).error, 'invalid_code')
})

test('a dropped answer has rotated the token all the same', async (t) => {
  const sandbox = await start(t, { apps: [{ tokenRotation: true }], refreshGraceSeconds: 0 })
  const { refresh_token } = await install(sandbox)
  sandbox.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })

  await assert.rejects(refresh(sandbox, refresh_token), {
    name: 'TypeError',
    message: 'fetch failed',
  })
  assert.equal((await refresh(sandbox, refresh_token)).error, 'invalid_refresh_token')
})

test('an answer is patched at its top level', async (t) => {
  const sandbox = await start(t)
  const patch = { team: null, token_type: 'granular_bot' }
  sandbox.inject({ method: 'oauth.v2.access', kind: 'patch', patch })

  const answer = await install(sandbox)

  assert.equal(answer.team, null)
  assert.equal(answer.token_type, 'granular_bot')
  assert.equal(answer.app_id, 'A0SANDBOX01')
})

test('discovery and keys can fail, too', async (t) => {
  const sandbox = await start(t)
  sandbox.inject({ method: 'openid.discovery', kind: 'patch', patch: { issuer: 'https://x.test' } })
  sandbox.inject({ method: 'openid.keys', kind: 'status', status: 500 })

  const discovery = await fetch(`${sandbox.url}/.well-known/openid-configuration`)
  const keys = await fetch(`${sandbox.url}/openid/connect/keys`)

  assert.equal((await discovery.json()).issuer, 'https://x.test')
  assert.equal(keys.status, 500)
})

test('faults with times are a script, in the order they were injected', async (t) => {
  const script: Fault[] = ['one', 'two'].map((error) => ({
    method,
    kind: 'error',
    error,
    times: 1,
  }))
  const sandbox = await start(t, { faults: script })

  const errors = [
    await call(sandbox, method),
    await call(sandbox, method),
    await call(sandbox, method),
  ]

  assert.deepEqual(
    errors.map(({ error }) => error),
    ['one', 'two', 'not_authed'],
  )
})

test('a star means every method, and no page', async (t) => {
  const sandbox = await start(t, { faults: [{ method: '*', kind: 'status', status: 500 }] })

  assert.equal((await ask(sandbox.url)).status, 500)
  assert.equal((await fetch(`${sandbox.url}/openid/connect/keys`)).status, 500)
  assert.equal((await openConsentForm(authorizeUrl(sandbox))).status, 200)
})

test('faults can be cleared', async (t) => {
  const sandbox = await start(t, { faults: [{ method: '*', kind: 'hang-up' }] })

  sandbox.clearFaults()

  assert.equal((await call(sandbox, method)).error, 'not_authed')
})

test('a fault that makes no sense is refused', async (t) => {
  const sandbox = await start(t)

  assert.throws(() => sandbox.inject({ method, kind: 'hang-up', times: 0 }), /times must be/)
  assert.throws(() => sandbox.inject({ method, kind: 'status', status: 99 }), /no HTTP status/)
})

async function waitForCall(count: () => number): Promise<void> {
  await until(() => count() > 0)
}
