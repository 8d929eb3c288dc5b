import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { revokeToken, uninstallApp } from '../../src/slack/methods/revoke.ts'
import { authTest, install, refresh, start } from '../sandbox/client.ts'
import { credentialsOf, rejectsWith, slackOf } from './client.ts'

const both = { scope: 'chat:write', user_scope: 'im:read' }
const rotating = { apps: [{ tokenRotation: true }] }

describe('revokeToken', () => {
  test('revokes an access token', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)

    assert.equal(await revokeToken(access_token, slackOf(slack)), true)
    assert.equal((await authTest(slack, access_token)).error, 'token_revoked')
  })

  test('revokes a refresh token', async (t) => {
    const slack = await start(t, rotating)
    const { refresh_token } = await install(slack)

    assert.equal(await revokeToken(refresh_token, slackOf(slack)), true)
    assert.equal((await refresh(slack, refresh_token)).error, 'invalid_refresh_token')
  })

  test('sends the token in a header alone', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)

    await revokeToken(access_token, slackOf(slack))

    assert.deepEqual(slack.calls('auth.revoke')[0]?.params, {})
  })

  test('is false for a token that was revoked before; one that Slack does not let in may live', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    await revokeToken(access_token, slackOf(slack))

    assert.equal(await revokeToken(access_token, slackOf(slack)), false)
    await rejectsWith(revokeToken('xoxb-unknown', slackOf(slack)), {
      code: 'authorization_failed',
      hint: /IP allow list/,
    })
  })

  test('is false for an expired token', async (t) => {
    const slack = await start(t, { ...rotating, tokenLifetimeSeconds: 0 })
    const { access_token } = await install(slack)

    assert.equal(await revokeToken(access_token, slackOf(slack)), false)
  })

  test('is false where Slack says that it revoked nothing', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'auth.revoke', kind: 'patch', patch: { revoked: false } })

    assert.equal(await revokeToken(access_token, slackOf(slack)), false)
  })

  test('tries again after a fault, and the token is dead by then', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'auth.revoke', kind: 'drop-answer', times: 1 })

    assert.equal(await revokeToken(access_token, slackOf(slack)), false)
    assert.equal((await authTest(slack, access_token)).error, 'token_revoked')
  })

  test('fails while Slack is out of reach', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'auth.revoke', kind: 'status', status: 503 })

    await rejectsWith(revokeToken(access_token, slackOf(slack)), { code: 'slack_unavailable' })
    assert.equal((await authTest(slack, access_token)).ok, true)
  })

  test('takes no other answer for a yes', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'auth.revoke', kind: 'patch', patch: { revoked: null } })

    await rejectsWith(revokeToken(access_token, slackOf(slack)), {
      code: 'unexpected_response',
      message: /revoked/,
    })
  })
})

describe('uninstallApp', () => {
  test('ends every token of the app in the workspace', async (t) => {
    const slack = await start(t)
    const { access_token, authed_user } = await install(slack, both)

    await uninstallApp(access_token, credentialsOf(slack), slackOf(slack))

    for (const token of [access_token, authed_user.access_token]) {
      assert.equal((await authTest(slack, token)).error, 'token_revoked')
    }
  })

  test('of another app is invalid_client', async (t) => {
    const slack = await start(t, { apps: [{}, {}] })
    const { access_token } = await install(slack)
    const other = { ...credentialsOf(slack), clientId: '1111111111.2222222223' }

    await rejectsWith(uninstallApp(access_token, other, slackOf(slack)), {
      code: 'invalid_client',
      message: /"client_id_token_mismatch"/,
      hint: /another app/,
    })
  })

  test('with a wrong secret is invalid_client', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    const wrong = { ...credentialsOf(slack), clientSecret: 'wrong' }

    await rejectsWith(uninstallApp(access_token, wrong, slackOf(slack)), { code: 'invalid_client' })
  })

  test('with a dead token uninstalls nothing, and says so', async (t) => {
    const slack = await start(t)
    const { access_token, authed_user } = await install(slack, both)
    await revokeToken(access_token, slackOf(slack))

    await rejectsWith(uninstallApp(access_token, credentialsOf(slack), slackOf(slack)), {
      code: 'token_revoked',
    })
    assert.equal((await authTest(slack, authed_user.access_token)).ok, true)
  })

  test('with a bot that may not has a hint', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'apps.uninstall', kind: 'error', error: 'no_permission' })

    await rejectsWith(uninstallApp(access_token, credentialsOf(slack), slackOf(slack)), {
      code: 'authorization_failed',
      hint: /user token/,
    })
  })

  test('is not tried again after a fault', async (t) => {
    const slack = await start(t)
    const { access_token } = await install(slack)
    slack.inject({ method: 'apps.uninstall', kind: 'drop-answer' })

    await rejectsWith(uninstallApp(access_token, credentialsOf(slack), slackOf(slack)), {
      code: 'slack_unavailable',
    })
    assert.equal(slack.callCounts()['apps.uninstall'], 1)
  })
})
