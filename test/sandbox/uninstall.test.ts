import assert from 'node:assert/strict'
import test from 'node:test'
import { authTest, call, callAsApp, install, refresh, start } from './client.ts'

const method = 'apps.uninstall'
const both = { scope: 'chat:write', user_scope: 'im:read' }
const rotating = { apps: [{ tokenRotation: true }] }

test('an uninstalled app has no token left in that workspace', async (t) => {
  const sandbox = await start(t, rotating)
  const alice = await install(sandbox, both)
  const bob = await install(sandbox, { user_scope: 'im:read' }, { user: 'U0BOB000001' })

  const answer = await callAsApp(sandbox, method, { token: alice.authed_user.access_token })

  assert.deepEqual(answer, { ok: true, uninstalled: true })
  for (const token of [alice, alice.authed_user, bob.authed_user]) {
    assert.equal((await authTest(sandbox, token.access_token)).error, 'token_revoked')
    assert.equal((await refresh(sandbox, token.refresh_token)).error, 'invalid_refresh_token')
  }
})

test('other workspaces, the organization and other apps keep theirs', async (t) => {
  const sandbox = await start(t)
  const here = await install(sandbox, both, { team: 'T0SANDBOX02' })
  const others = [await install(sandbox), await install(sandbox, both, { org: 'E0SANDBOX01' })]

  await callAsApp(sandbox, method, { token: here.access_token })

  for (const { access_token } of others) {
    assert.equal((await authTest(sandbox, access_token)).ok, true)
  }
})

test('with an org token the app leaves the organization', async (t) => {
  const sandbox = await start(t)
  const { access_token, authed_user } = await install(sandbox, both, { org: 'E0SANDBOX01' })

  assert.equal((await callAsApp(sandbox, method, { token: access_token })).ok, true)

  assert.equal((await authTest(sandbox, authed_user.access_token)).error, 'token_revoked')
})

test('the webhook goes with the app', async (t) => {
  const sandbox = await start(t)
  const { access_token, incoming_webhook } = await install(sandbox, { scope: 'incoming-webhook' })

  await callAsApp(sandbox, method, { token: access_token })

  assert.equal((await fetch(incoming_webhook.url, { method: 'POST' })).status, 404)
})

test('the token, the client ID and the secret have to be right, and belong together', async (t) => {
  const sandbox = await start(t, { apps: [{}, {}] })
  const { access_token: token } = await install(sandbox)
  const errorOf = async (params: Record<string, string>) =>
    (await callAsApp(sandbox, method, { token, ...params })).error

  assert.equal(await errorOf({ token: 'xoxb-unknown' }), 'invalid_auth')
  assert.equal(await errorOf({ client_id: '1.2' }), 'invalid_client_id')
  assert.equal(await errorOf({ client_secret: 'wrong' }), 'bad_client_secret')
  assert.equal(await errorOf({ client_secret: '' }), 'bad_client_secret')
  assert.equal(await errorOf({ client_id: '1111111111.2222222223' }), 'client_id_token_mismatch')
  assert.equal((await call(sandbox, method)).error, 'not_authed')
  assert.equal((await authTest(sandbox, token)).ok, true)
})
