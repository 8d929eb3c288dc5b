import assert from 'node:assert/strict'
import test from 'node:test'
import { authTest, call, firstApp, install, refresh, start } from './client.ts'

const rotating = { apps: [{ tokenRotation: true }] }

test('calls are counted by method, also those that were refused', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox)
  await authTest(sandbox, access_token)
  await authTest(sandbox, 'xoxb-unknown')

  assert.deepEqual(sandbox.callCounts(), {
    'oauth.v2.authorize': 2,
    'oauth.v2.access': 1,
    'auth.test': 2,
  })
})

test('another process reads the counts, and is not counted', async (t) => {
  const sandbox = await start(t)
  await call(sandbox, 'auth.test')

  for (const _ of [1, 2]) {
    const response = await fetch(`${sandbox.url}/sandbox/calls`)
    assert.deepEqual(await response.json(), { 'auth.test': 1 })
  }
})

test('a call tells which app it came from, by Basic or by client_id', async (t) => {
  const sandbox = await start(t)
  const url = `${sandbox.url}/api/oauth.v2.access`
  await fetch(url, { headers: { authorization: `Basic ${btoa('1.1:secret')}` } })
  await fetch(url, { method: 'POST', body: new URLSearchParams({ client_id: '2.2' }) })
  await fetch(url)

  assert.deepEqual(
    sandbox.calls('oauth.v2.access').map(({ clientId }) => clientId),
    ['1.1', '2.2', undefined],
  )
})

test('a token that was born expired is renewed to one that lives', async (t) => {
  const sandbox = await start(t, { ...rotating, tokenLifetimeSeconds: 0 })
  const { access_token, refresh_token } = await install(sandbox)
  assert.equal((await authTest(sandbox, access_token)).error, 'token_expired')

  sandbox.setLifetimes({ tokenLifetimeSeconds: 600 })
  const renewed = await refresh(sandbox, refresh_token)

  assert.equal(renewed.expires_in, 600)
  assert.equal((await authTest(sandbox, renewed.access_token)).ok, true)
})

test('a grace period that is set to nothing ends the one that runs', async (t) => {
  const sandbox = await start(t, rotating)
  const { refresh_token } = await install(sandbox)
  await refresh(sandbox, refresh_token)

  sandbox.setLifetimes({ refreshGraceSeconds: 0 })

  assert.equal((await refresh(sandbox, refresh_token)).error, 'invalid_refresh_token')
})

test('with PKCE a refresh token expires when the settings say so', async (t) => {
  const sandbox = await start(t, { apps: [{ pkce: true }], pkceRefreshLifetimeSeconds: 0 })
  const { authed_user } = await install(sandbox, { user_scope: 'im:read' })

  assert.equal((await refresh(sandbox, authed_user.refresh_token)).error, 'invalid_refresh_token')
})

test('lifetimes and apps that make no sense are refused', async (t) => {
  const sandbox = await start(t)

  assert.throws(() => sandbox.setLifetimes({ tokenLifetimeSeconds: -1 }), /^Error: tokenLifetime/)
  assert.throws(() => sandbox.turnOnRotation('1.2'), /there is no app 1\.2/)
})

test('fifty clients are served at once', async (t) => {
  const sandbox = await start(t, rotating)
  const { refresh_token } = await install(sandbox)
  sandbox.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 0.5 })
  const began = performance.now()

  const clients = Array.from({ length: 50 }, () => refresh(sandbox, refresh_token))
  const tokens = (await Promise.all(clients)).map(({ access_token }) => access_token)

  assert.ok(performance.now() - began < 10_000)
  assert.equal(new Set(tokens).size, 50)
  const alive = await Promise.all(tokens.map((token) => authTest(sandbox, token)))
  assert.equal(alive.filter(({ ok }) => ok).length, 2)
  assert.equal(sandbox.calls('oauth.v2.access').at(-1)?.clientId, firstApp(sandbox).clientId)
})

test('an answer that is lost after the rotation is had again with the same token', async (t) => {
  const sandbox = await start(t, rotating)
  const { access_token, refresh_token } = await install(sandbox)
  sandbox.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })

  await assert.rejects(refresh(sandbox, refresh_token), {
    name: 'TypeError',
    message: 'fetch failed',
  })
  const renewed = await refresh(sandbox, refresh_token)

  assert.equal((await authTest(sandbox, renewed.access_token)).ok, true)
  // The lost token is one of the two active ones
  assert.equal((await authTest(sandbox, access_token)).error, 'token_revoked')
})
