import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { exchangeToken, refreshGrant } from '../../src/slack/methods/token-rotation.ts'
import { authTest, firstApp, install, revoke, start } from '../sandbox/client.ts'
import { credentialsOf, NOW, now, rejectsWith, slackOf } from './client.ts'

const method = 'oauth.v2.exchange'
const both = { scope: 'chat:write', user_scope: 'im:read' }

/** An app that turned token rotation on after it was installed. */
async function migrating(t: TestContext) {
  const slack = await start(t)
  const tokens = await install(slack, both)
  slack.turnOnRotation(firstApp(slack).clientId)
  return { slack, tokens }
}

function exchange(slack: Sandbox, token: string) {
  return exchangeToken(token, credentialsOf(slack), slackOf(slack), now)
}

test('a lasting bot token becomes a rotating pair, which can be renewed', async (t) => {
  const { slack, tokens } = await migrating(t)

  const { kind, grant } = await exchange(slack, tokens.access_token)

  assert.equal(kind, 'bot')
  assert.equal(grant.expiresAt, Math.floor(NOW) + 43_200)
  assert.deepEqual(grant.scopes, ['chat:write'])
  assert.equal((await authTest(slack, grant.token)).ok, true)
  const { refreshToken } = grant
  await refreshGrant({ refreshToken }, credentialsOf(slack), slackOf(slack), now)
  assert.equal((await authTest(slack, tokens.access_token)).error, 'token_revoked')
})

test('a lasting user token becomes one, too', async (t) => {
  const { slack, tokens } = await migrating(t)

  const { kind, grant } = await exchange(slack, tokens.authed_user.access_token)

  assert.equal(kind, 'user')
  assert.match(grant.token, /^xoxe\.xoxp-/)
})

test('an exchange is not tried again, and a lost answer leaves the old token alive', async (t) => {
  const { slack, tokens } = await migrating(t)
  slack.inject({ method, kind: 'drop-answer', times: 1 })

  await rejectsWith(exchange(slack, tokens.access_token), { code: 'slack_unavailable' })

  assert.equal(slack.callCounts()[method], 1)
  assert.equal((await authTest(slack, tokens.access_token)).ok, true)
})

test('while rotation is off the hint says where to turn it on, and that it stays', async (t) => {
  const slack = await start(t)
  const { access_token } = await install(slack)

  await rejectsWith(exchange(slack, access_token), {
    code: 'authorization_failed',
    message: /"token_rotation_not_enabled"/,
    hint: /under OAuth & Permissions .*cannot be turned off/,
  })
})

test('a token that was exchanged before is refused, with what to do', async (t) => {
  const { slack, tokens } = await migrating(t)
  await exchange(slack, tokens.access_token)

  await rejectsWith(exchange(slack, tokens.access_token), {
    code: 'authorization_failed',
    message: /"token_already_exchanged"/,
    hint: /slack-oauth install/,
  })
})

test('a token that rotates already cannot be exchanged', async (t) => {
  const { slack, tokens } = await migrating(t)
  const { grant } = await exchange(slack, tokens.access_token)

  await rejectsWith(exchange(slack, grant.token), {
    code: 'authorization_failed',
    message: /"invalid_token"/,
    hint: /do not expire/,
  })
})

test('a revoked token cannot be exchanged', async (t) => {
  const { slack, tokens } = await migrating(t)
  await revoke(slack, tokens.access_token)

  await rejectsWith(exchange(slack, tokens.access_token), {
    code: 'token_revoked',
    message: /"authorization_not_found"/,
  })
})

test('with a wrong secret it is invalid_client', async (t) => {
  const { slack, tokens } = await migrating(t)
  const wrong = { ...credentialsOf(slack), clientSecret: 'wrong' }

  await rejectsWith(exchangeToken(tokens.access_token, wrong, slackOf(slack), now), {
    code: 'invalid_client',
  })
})

test('an answer with half a pair is unexpected', async (t) => {
  const { slack, tokens } = await migrating(t)
  slack.inject({ method, kind: 'patch', patch: { refresh_token: null } })

  await rejectsWith(exchange(slack, tokens.access_token), {
    code: 'unexpected_response',
    message: /refresh_token/,
  })
})
