import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import test from 'node:test'
import {
  type Answer,
  allow,
  authTest,
  callAsApp,
  firstApp,
  install,
  openIdAuthorizeUrl,
  type Params,
  refresh,
  revoke,
  start,
} from './client.ts'

const method = 'oauth.v2.exchange'
const both = { scope: 'chat:write', user_scope: 'im:read' }

/** An app that turned token rotation on after it was installed. */
async function migrating(t: TestContext) {
  const sandbox = await start(t, { refreshGraceSeconds: 0 })
  const installed = await install(sandbox, both)
  sandbox.turnOnRotation(firstApp(sandbox).clientId)
  const exchange = (token: string, params: Params = {}): Promise<Answer> =>
    callAsApp(sandbox, method, { token, ...params })
  return { sandbox, installed, exchange }
}

test('a lasting bot token becomes a rotating pair', async (t) => {
  const { installed, exchange } = await migrating(t)

  const answer = await exchange(installed.access_token)

  const { access_token, refresh_token } = answer
  assert.match(access_token, /^xoxe\.xoxb-1-sandbox/)
  assert.match(refresh_token, /^xoxe-1-sandbox/)
  assert.deepEqual(answer, {
    ok: true,
    app_id: 'A0SANDBOX01',
    access_token,
    refresh_token,
    expires_in: 43_200,
    token_type: 'bot',
    scope: 'chat:write',
    bot_user_id: installed.bot_user_id,
    team: { id: 'T0SANDBOX01', name: 'Acme Sandbox' },
    enterprise: null,
    is_enterprise_install: false,
  })
})

test('a lasting user token does so too', async (t) => {
  const { sandbox, installed, exchange } = await migrating(t)

  const { access_token, token_type, user_id } = await exchange(installed.authed_user.access_token)

  assert.match(access_token, /^xoxe\.xoxp-1-sandbox/)
  assert.equal(token_type, 'user')
  assert.equal(user_id, 'U0ALICE0001')
  assert.equal((await authTest(sandbox, access_token)).user_id, 'U0ALICE0001')
})

test('an exchanged token lives until the first refresh of the new pair', async (t) => {
  const { sandbox, installed, exchange } = await migrating(t)
  const pair = await exchange(installed.access_token)
  assert.equal((await authTest(sandbox, installed.access_token)).ok, true)

  await refresh(sandbox, pair.refresh_token)

  assert.equal((await authTest(sandbox, installed.access_token)).error, 'token_revoked')
  assert.equal((await authTest(sandbox, pair.access_token)).ok, true)
})

test('a token is exchanged once, also when it is dead by now', async (t) => {
  const { sandbox, installed, exchange } = await migrating(t)
  const pair = await exchange(installed.access_token)

  assert.equal((await exchange(installed.access_token)).error, 'token_already_exchanged')
  await refresh(sandbox, pair.refresh_token)
  assert.equal((await exchange(installed.access_token)).error, 'token_already_exchanged')
})

test('without rotation it is token_rotation_not_enabled', async (t) => {
  const sandbox = await start(t)
  const { access_token: token } = await install(sandbox)

  assert.equal((await callAsApp(sandbox, method, { token })).error, 'token_rotation_not_enabled')
})

test('a token whose authorization is gone is authorization_not_found', async (t) => {
  const { sandbox, installed, exchange } = await migrating(t)
  await revoke(sandbox, installed.access_token)

  assert.equal((await exchange(installed.access_token)).error, 'authorization_not_found')
})

test('a token that rotates already, or is none, is invalid_token', async (t) => {
  const { installed, exchange } = await migrating(t)
  const pair = await exchange(installed.access_token)

  for (const token of [pair.access_token, pair.refresh_token, 'xoxb-unknown', '']) {
    assert.equal((await exchange(token)).error, 'invalid_token')
  }
})

test('the token of another app, or of Sign in with Slack, is invalid_token', async (t) => {
  const sandbox = await start(t, { apps: [{}, { tokenRotation: true }] })
  const { access_token: token } = await install(sandbox)
  const other = { client_id: '1111111111.2222222223' }
  assert.equal((await callAsApp(sandbox, method, { token, ...other })).error, 'invalid_token')

  const signedIn = await callAsApp(sandbox, 'openid.connect.token', {
    code: await allow(openIdAuthorizeUrl(sandbox)),
    redirect_uri: firstApp(sandbox).redirectUris[0] ?? '',
  })
  sandbox.turnOnRotation(firstApp(sandbox).clientId)
  const { error } = await callAsApp(sandbox, method, { token: signedIn.access_token })
  assert.equal(error, 'invalid_token')
})

test('the app has to prove who it is', async (t) => {
  const { installed, exchange } = await migrating(t)
  const { access_token: token } = installed

  assert.equal((await exchange(token, { client_id: '1.2' })).error, 'invalid_client_id')
  assert.equal((await exchange(token, { client_secret: 'wrong' })).error, 'bad_client_secret')
  assert.equal((await exchange(token, { client_secret: '' })).error, 'bad_client_secret')
  assert.equal((await exchange(token)).ok, true)
})

test('once rotation is on, a new consent gives a rotating token', async (t) => {
  const { sandbox } = await migrating(t)

  assert.equal((await install(sandbox, both)).expires_in, 43_200)
})

test('another process turns rotation on by a POST', async (t) => {
  const sandbox = await start(t)
  const turnOn = (clientId: string) =>
    fetch(`${sandbox.url}/sandbox/rotation`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId }),
    }).then((response) => response.json())

  assert.deepEqual(await turnOn('1.2'), { ok: false, error: 'invalid_client_id' })
  assert.deepEqual(await turnOn(firstApp(sandbox).clientId), { ok: true })
  assert.equal((await install(sandbox)).expires_in, 43_200)
})
