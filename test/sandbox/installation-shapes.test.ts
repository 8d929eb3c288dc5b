import assert from 'node:assert/strict'
import test from 'node:test'
import { exchange, install, start } from './client.ts'

const rotating = { apps: [{ tokenRotation: true }] }

test('a bot and a user token come together, without expiry', async (t) => {
  const sandbox = await start(t)

  const answer = await install(sandbox, { scope: 'commands,chat:write', user_scope: 'im:read' })

  const { access_token, bot_user_id, authed_user } = answer
  assert.match(access_token, /^xoxb-sandbox-[0-9a-f]{48}$/)
  assert.match(authed_user.access_token, /^xoxp-sandbox-[0-9a-f]{48}$/)
  assert.match(bot_user_id, /^U[A-Z0-9]{10}$/)
  assert.deepEqual(answer, {
    ok: true,
    app_id: 'A0SANDBOX01',
    access_token,
    token_type: 'bot',
    scope: 'commands,chat:write',
    bot_user_id,
    team: { id: 'T0SANDBOX01', name: 'Acme Sandbox' },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: {
      id: 'U0ALICE0001',
      scope: 'im:read',
      access_token: authed_user.access_token,
      token_type: 'user',
    },
  })
})

test('with bot scopes only, authed_user is an id and nothing else', async (t) => {
  const sandbox = await start(t)

  const { authed_user } = await install(sandbox, { scope: 'chat:write' })

  assert.deepEqual(authed_user, { id: 'U0ALICE0001' })
})

test('with user scopes only, the top level has no token', async (t) => {
  const sandbox = await start(t)

  const answer = await install(sandbox, { user_scope: 'im:read' })

  assert.deepEqual(Object.keys(answer).sort(), [
    'app_id',
    'authed_user',
    'enterprise',
    'is_enterprise_install',
    'ok',
    'team',
  ])
  assert.equal(answer.authed_user.token_type, 'user')
})

test('with rotation, each token has an expiry and a refresh token of its own', async (t) => {
  const sandbox = await start(t, rotating)

  const answer = await install(sandbox, { scope: 'chat:write', user_scope: 'im:read' })

  assert.match(answer.access_token, /^xoxe\.xoxb-1-sandbox/)
  assert.match(answer.refresh_token, /^xoxe-1-sandbox/)
  assert.equal(answer.expires_in, 43_200)
  assert.match(answer.authed_user.access_token, /^xoxe\.xoxp-1-sandbox/)
  assert.match(answer.authed_user.refresh_token, /^xoxe-1-sandbox/)
  assert.equal(answer.authed_user.expires_in, 43_200)
  assert.notEqual(answer.authed_user.refresh_token, answer.refresh_token)
})

test('an incoming webhook comes with its channel, and takes a message', async (t) => {
  const sandbox = await start(t)

  const { incoming_webhook: webhook } = await install(
    sandbox,
    { scope: 'incoming-webhook' },
    { channel: 'C0RANDOM001' },
  )

  assert.equal(webhook.channel, '#random')
  assert.equal(webhook.channel_id, 'C0RANDOM001')
  assert.match(webhook.configuration_url, /\/services\/B/)
  assert.match(new URL(webhook.url).pathname, /^\/services\/T0SANDBOX01\/B[A-Z0-9]+\/sandbox/)
  assert.equal(new URL(webhook.url).origin, sandbox.url)
  const headers = { 'content-type': 'application/json' }
  const posted = await fetch(webhook.url, { method: 'POST', headers, body: '{"text":"hello"}' })
  assert.equal(await posted.text(), 'ok')
})

test('a webhook that nobody installed is not found', async (t) => {
  const sandbox = await start(t)

  const { status } = await fetch(`${sandbox.url}/services/T1/B1/x`, { method: 'POST' })

  assert.equal(status, 404)
})

test('an org-wide install has no team', async (t) => {
  const sandbox = await start(t)

  const answer = await install(sandbox, { scope: 'chat:write' }, { org: 'E0SANDBOX01' })

  assert.equal(answer.team, null)
  assert.deepEqual(answer.enterprise, { id: 'E0SANDBOX01', name: 'Sandbox Org' })
  assert.equal(answer.is_enterprise_install, true)
  assert.equal(answer.authed_user.id, 'W0CAROL0001')
})

test('a workspace inside an organization has both', async (t) => {
  const sandbox = await start(t)

  const answer = await install(sandbox, { scope: 'chat:write' }, { team: 'T0SANDBOX02' })

  assert.deepEqual(answer.team, { id: 'T0SANDBOX02', name: 'Org Workspace' })
  assert.deepEqual(answer.enterprise, { id: 'E0SANDBOX01', name: 'Sandbox Org' })
  assert.equal(answer.is_enterprise_install, false)
})

test('a second install of the same app and team gives the same bot token', async (t) => {
  const sandbox = await start(t)

  const first = await install(sandbox, { scope: 'chat:write' }, { user: 'U0ALICE0001' })
  const second = await install(sandbox, { scope: 'im:read' }, { user: 'U0BOB000001' })

  assert.equal(second.access_token, first.access_token)
  assert.equal(second.bot_user_id, first.bot_user_id)
  assert.equal(second.scope, 'chat:write,im:read')
})

test('another team gives another bot token', async (t) => {
  const sandbox = await start(t)

  const first = await install(sandbox, { scope: 'chat:write' }, { team: 'T0SANDBOX01' })
  const second = await install(sandbox, { scope: 'chat:write' }, { team: 'T0SANDBOX02' })

  assert.notEqual(second.access_token, first.access_token)
})

test('two members get two user tokens', async (t) => {
  const sandbox = await start(t)

  const alice = await install(sandbox, { user_scope: 'im:read' }, { user: 'U0ALICE0001' })
  const bob = await install(sandbox, { user_scope: 'im:read' }, { user: 'U0BOB000001' })

  assert.notEqual(alice.authed_user.access_token, bob.authed_user.access_token)
})

test('grant_type may be given or left out', async (t) => {
  const sandbox = await start(t, { consent: 'page' })

  assert.equal((await install(sandbox)).ok, true)
  const { error } = await exchange(sandbox, 'x', { grant_type: 'authorization_code' })
  assert.equal(error, 'invalid_code')
})
