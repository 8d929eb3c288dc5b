import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authTest } from '../../src/slack/methods/auth-test.ts'
import { install, start } from '../sandbox/client.ts'
import { rejectsWith, slackOf } from './client.ts'

const both = { scope: 'chat:write,im:read', user_scope: 'search:read' }

test('a bot token is told by its bot, its workspace and its scopes', async (t) => {
  const slack = await start(t)
  const { access_token, bot_user_id } = await install(slack, both)

  const { botId, ...tested } = await authTest(access_token, slackOf(slack))

  assert.match(botId ?? '', /^B/)
  assert.deepEqual(tested, {
    url: 'https://acme-sandbox.slack.test/',
    userId: bot_user_id,
    teamId: 'T0SANDBOX01',
    isEnterpriseInstall: false,
    scopes: ['chat:write', 'im:read'],
  })
})

test('the identify that Slack adds to a user token is not among its scopes', async (t) => {
  const slack = await start(t)
  const { authed_user } = await install(slack, both)

  const { scopes, botId } = await authTest(authed_user.access_token, slackOf(slack))

  assert.deepEqual(scopes, ['search:read'])
  assert.equal(botId, undefined)
})

test('an org-wide token is told by its organization', async (t) => {
  const slack = await start(t)
  const { access_token } = await install(slack, both, { org: 'E0SANDBOX01' })

  const tested = await authTest(access_token, slackOf(slack))

  assert.equal(tested.isEnterpriseInstall, true)
  assert.equal(tested.enterpriseId, 'E0SANDBOX01')
  assert.equal(tested.teamId, 'E0SANDBOX01')
})

test('a rotating token has the seconds that it still lives', async (t) => {
  const slack = await start(t, { apps: [{ tokenRotation: true }], tokenLifetimeSeconds: 600 })
  const { access_token } = await install(slack, both)

  const { expiresInSeconds = 0 } = await authTest(access_token, slackOf(slack))

  assert.ok(expiresInSeconds > 590 && expiresInSeconds <= 600)
})

test('scopes that were added later are there', async (t) => {
  const slack = await start(t)
  const { access_token } = await install(slack, { scope: 'chat:write' })
  await install(slack, { scope: 'im:read' })

  const { scopes } = await authTest(access_token, slackOf(slack))

  assert.deepEqual(scopes, ['chat:write', 'im:read'])
})

test('what Slack does not say is absent', async (t) => {
  const slack = await start(t)
  const { access_token } = await install(slack, both)
  const patch = { bot_id: null, team_id: null, enterprise_id: null, is_enterprise_install: null }
  slack.inject({ method: 'auth.test', kind: 'patch', patch: { ...patch, expires_in: null } })

  assert.deepEqual(Object.keys(await authTest(access_token, slackOf(slack))), [
    'url',
    'userId',
    'isEnterpriseInstall',
    'scopes',
  ])
})

test('an answer without a user is unexpected', async (t) => {
  const slack = await start(t)
  const { access_token } = await install(slack, both)
  slack.inject({ method: 'auth.test', kind: 'patch', patch: { user_id: null } })

  await rejectsWith(authTest(access_token, slackOf(slack)), {
    code: 'unexpected_response',
    message: /user_id/,
  })
})

test('a dead token is token_revoked or token_expired', async (t) => {
  const slack = await start(t, { apps: [{ tokenRotation: true }], tokenLifetimeSeconds: 0 })
  const { access_token } = await install(slack, both)

  await rejectsWith(authTest(access_token, slackOf(slack)), { code: 'token_expired' })
})

test('invalid_auth and accesslimited are no proof that a token is dead: the address may not be allowed', async (t) => {
  const slack = await start(t)
  for (const error of ['invalid_auth', 'accesslimited']) {
    slack.inject({ method: 'auth.test', kind: 'error', error, times: 1 })
    await rejectsWith(authTest('xoxb-unknown', slackOf(slack)), {
      code: 'authorization_failed',
      hint: /IP allow list/,
    })
  }
})
