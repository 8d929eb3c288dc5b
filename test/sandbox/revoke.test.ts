import assert from 'node:assert/strict'
import test from 'node:test'
import { authTest, call, callAsApp, firstApp, install, refresh, revoke, start } from './client.ts'

const both = { scope: 'chat:write', user_scope: 'im:read' }
const rotating = { apps: [{ tokenRotation: true }] }

test('a revoked token is token_revoked from then on', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox)

  assert.deepEqual(await revoke(sandbox, access_token), { ok: true, revoked: true })
  assert.equal((await authTest(sandbox, access_token)).error, 'token_revoked')
  assert.equal((await revoke(sandbox, access_token)).error, 'token_revoked')
})

test('GET revokes as POST does', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox)

  const response = await fetch(`${sandbox.url}/api/auth.revoke`, {
    headers: { authorization: `Bearer ${access_token}` },
  })

  assert.deepEqual(await response.json(), { ok: true, revoked: true })
  assert.equal(response.headers.get('x-oauth-scopes'), 'chat:write')
  assert.equal((await authTest(sandbox, access_token)).error, 'token_revoked')
})

test('test=1 revokes nothing', async (t) => {
  const sandbox = await start(t)
  const { access_token: token } = await install(sandbox)

  for (const dry of ['1', 'true']) {
    const answer = await call(sandbox, 'auth.revoke', { token, test: dry })
    assert.deepEqual(answer, { ok: true, revoked: false })
  }
  assert.equal((await authTest(sandbox, token)).ok, true)
})

test('without a token it is not_authed, with an unknown one invalid_auth', async (t) => {
  const sandbox = await start(t)

  assert.equal((await call(sandbox, 'auth.revoke')).error, 'not_authed')
  assert.equal((await revoke(sandbox, 'xoxb-unknown')).error, 'invalid_auth')
})

test('the bot and the member are revoked apart', async (t) => {
  const sandbox = await start(t)
  const installed = await install(sandbox, both)

  await revoke(sandbox, installed.access_token)

  assert.equal((await authTest(sandbox, installed.authed_user.access_token)).ok, true)
})

test('the bot of another workspace stays', async (t) => {
  const sandbox = await start(t)
  const here = await install(sandbox)
  const there = await install(sandbox, { scope: 'chat:write' }, { team: 'T0SANDBOX02' })

  await revoke(sandbox, here.access_token)

  assert.equal((await authTest(sandbox, there.access_token)).ok, true)
})

test('a removed authorization leaves no scopes to a later install', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox, { scope: 'chat:write' })
  await revoke(sandbox, access_token)

  const again = await install(sandbox, { scope: 'im:read' })

  assert.equal(again.scope, 'im:read')
  assert.notEqual(again.access_token, access_token)
  assert.equal((await authTest(sandbox, access_token)).error, 'token_revoked')
})

test('the webhook goes with the bot', async (t) => {
  const sandbox = await start(t)
  const { access_token, incoming_webhook } = await install(sandbox, { scope: 'incoming-webhook' })
  const post = () => fetch(incoming_webhook.url, { method: 'POST' })
  assert.equal((await post()).status, 200)

  await revoke(sandbox, access_token)

  assert.equal((await post()).status, 404)
})

test('with rotation an access token dies alone', async (t) => {
  const sandbox = await start(t, rotating)
  const first = await install(sandbox)
  const second = await refresh(sandbox, first.refresh_token)

  await revoke(sandbox, first.access_token)

  assert.equal((await authTest(sandbox, first.access_token)).error, 'token_revoked')
  assert.equal((await authTest(sandbox, second.access_token)).ok, true)
  assert.equal((await refresh(sandbox, second.refresh_token)).ok, true)
})

test('with rotation a refresh token dies alone, and is invalid_refresh_token', async (t) => {
  const sandbox = await start(t, rotating)
  const { access_token, refresh_token } = await install(sandbox)

  assert.deepEqual(await revoke(sandbox, refresh_token), { ok: true, revoked: true })

  assert.equal((await refresh(sandbox, refresh_token)).error, 'invalid_refresh_token')
  assert.equal((await authTest(sandbox, access_token)).ok, true)
  assert.equal((await revoke(sandbox, refresh_token)).error, 'token_revoked')
})

test('an expired token has nothing to revoke', async (t) => {
  const sandbox = await start(t, { ...rotating, tokenLifetimeSeconds: 0 })
  const { access_token } = await install(sandbox)

  assert.equal((await revoke(sandbox, access_token)).error, 'token_expired')
})

test('the lasting token behind an exchanged pair takes the pair along', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox)
  sandbox.turnOnRotation(firstApp(sandbox).clientId)
  const pair = await callAsApp(sandbox, 'oauth.v2.exchange', { token: access_token })

  await revoke(sandbox, access_token)

  assert.equal((await authTest(sandbox, pair.access_token)).error, 'token_revoked')
  assert.equal((await refresh(sandbox, pair.refresh_token)).error, 'invalid_refresh_token')
})
