import assert from 'node:assert/strict'
import test from 'node:test'
import {
  allow,
  authTest,
  callAsApp,
  firstApp,
  install,
  openIdAuthorizeUrl,
  refresh,
  start,
} from './client.ts'

const apps = [{ tokenRotation: true }]

test('a bot refresh is flat, with bot_user_id and without authed_user', async (t) => {
  const sandbox = await start(t, { apps })
  const installed = await install(sandbox, { scope: 'chat:write', user_scope: 'im:read' })

  const answer = await refresh(sandbox, installed.refresh_token)

  const { access_token, refresh_token } = answer
  assert.notEqual(access_token, installed.access_token)
  assert.notEqual(refresh_token, installed.refresh_token)
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

test('a refresh leaves the access token before it alive', async (t) => {
  const sandbox = await start(t, { apps })
  const installed = await install(sandbox)

  await refresh(sandbox, installed.refresh_token)

  assert.equal((await authTest(sandbox, installed.access_token)).ok, true)
})

test('a third active token revokes the oldest', async (t) => {
  const sandbox = await start(t, { apps })
  const first = await install(sandbox)
  const second = await refresh(sandbox, first.refresh_token)
  const third = await refresh(sandbox, second.refresh_token)

  assert.equal((await authTest(sandbox, first.access_token)).error, 'token_revoked')
  assert.equal((await authTest(sandbox, second.access_token)).ok, true)
  assert.equal((await authTest(sandbox, third.access_token)).ok, true)
})

test('the bot and the user are counted apart', async (t) => {
  const sandbox = await start(t, { apps })
  const first = await install(sandbox, { scope: 'chat:write', user_scope: 'im:read' })
  const second = await refresh(sandbox, first.refresh_token)
  await refresh(sandbox, second.refresh_token)

  assert.equal((await authTest(sandbox, first.authed_user.access_token)).ok, true)
})

test('within the grace period each use of a refresh token gives another pair', async (t) => {
  const sandbox = await start(t, { apps })
  const { refresh_token } = await install(sandbox)

  const answers = await Promise.all([1, 2, 3].map(() => refresh(sandbox, refresh_token)))

  assert.equal(new Set(answers.map((answer) => answer.access_token)).size, 3)
  assert.equal(new Set(answers.map((answer) => answer.refresh_token)).size, 3)
})

test('after the grace period a refresh token is spent', async (t) => {
  const sandbox = await start(t, { apps, refreshGraceSeconds: 0 })
  const { refresh_token } = await install(sandbox)

  assert.equal((await refresh(sandbox, refresh_token)).ok, true)
  assert.deepEqual(await refresh(sandbox, refresh_token), {
    ok: false,
    error: 'invalid_refresh_token',
  })
})

test('a new install starts a new chain', async (t) => {
  const sandbox = await start(t, { apps, refreshGraceSeconds: 0 })
  const before = await install(sandbox)
  const after = await install(sandbox)

  assert.equal((await refresh(sandbox, before.refresh_token)).error, 'invalid_refresh_token')
  assert.equal((await refresh(sandbox, after.refresh_token)).ok, true)
})

test('a refresh token that does not exist is invalid_refresh_token', async (t) => {
  const sandbox = await start(t, { apps })

  assert.equal((await refresh(sandbox, 'xoxe-1-unknown')).error, 'invalid_refresh_token')
})

test('the refresh token of another app is invalid_refresh_token', async (t) => {
  const sandbox = await start(t, { apps: [{ tokenRotation: true }, {}] })
  const { refresh_token } = await install(sandbox)

  const { error } = await callAsApp(sandbox, 'oauth.v2.access', {
    client_id: '1111111111.2222222223',
    grant_type: 'refresh_token',
    refresh_token,
  })

  assert.equal(error, 'invalid_refresh_token')
})

test('the refresh token of Sign in with Slack is of no use here', async (t) => {
  const sandbox = await start(t, { apps })
  const { refresh_token } = await callAsApp(sandbox, 'openid.connect.token', {
    code: await allow(openIdAuthorizeUrl(sandbox)),
    redirect_uri: firstApp(sandbox).redirectUris[0] ?? '',
  })

  assert.equal((await refresh(sandbox, refresh_token)).error, 'invalid_refresh_token')
})

test('a refresh needs the secret unless the token came over a desktop redirect', async (t) => {
  const sandbox = await start(t, { apps })
  const { refresh_token } = await install(sandbox)

  const { error } = await callAsApp(sandbox, 'oauth.v2.access', {
    client_secret: '',
    grant_type: 'refresh_token',
    refresh_token,
  })

  assert.equal(error, 'bad_client_secret')
})

test('an access token expires', async (t) => {
  const sandbox = await start(t, { apps, tokenLifetimeSeconds: 0 })

  const { access_token, expires_in } = await install(sandbox)

  assert.equal(expires_in, 0)
  assert.equal((await authTest(sandbox, access_token)).error, 'token_expired')
})
