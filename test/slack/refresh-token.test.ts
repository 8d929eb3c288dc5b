import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { SlackOAuthError } from '../../src/base/errors.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { refreshGrant } from '../../src/slack/methods/token-rotation.ts'
import { allow, authorizeUrl, authTest, exchange, install, pkce, start } from '../sandbox/client.ts'
import { credentialsOf, NOW, now, rejectsWith, slackOf } from './client.ts'

const method = 'oauth.v2.access'
const both = { scope: 'chat:write', user_scope: 'im:read' }

async function installed(t: TestContext, options: SandboxOptions = {}) {
  const slack = await start(t, { apps: [{ tokenRotation: true }], ...options })
  return { slack, tokens: await install(slack, both) }
}

function refresh(slack: Sandbox, refreshToken: string, retries?: number) {
  const what = { refreshToken, ...(retries !== undefined && { retries }) }
  return refreshGrant(what, credentialsOf(slack), slackOf(slack), now)
}

test('a bot token is renewed, with an expiry in whole seconds', async (t) => {
  const { slack, tokens } = await installed(t)

  const { kind, grant } = await refresh(slack, tokens.refresh_token)

  assert.equal(kind, 'bot')
  assert.match(grant.token, /^xoxe\.xoxb-/)
  assert.notEqual(grant.token, tokens.access_token)
  assert.notEqual(grant.refreshToken, tokens.refresh_token)
  assert.equal(grant.expiresAt, Math.floor(NOW) + 43_200)
  assert.deepEqual(grant.scopes, ['chat:write'])
  assert.equal((await authTest(slack, grant.token)).ok, true)
})

test('a user token is renewed apart from the bot', async (t) => {
  const { slack, tokens } = await installed(t)

  const { kind, grant } = await refresh(slack, tokens.authed_user.refresh_token)

  assert.equal(kind, 'user')
  assert.deepEqual(grant.scopes, ['im:read'])
  assert.equal((await authTest(slack, grant.token)).user_id, 'U0ALICE0001')
})

test('the secret goes by HTTP Basic and not in the body', async (t) => {
  const { slack, tokens } = await installed(t)

  await refresh(slack, tokens.refresh_token)

  const { headers, params } = slack.calls(method).at(-1) ?? {}
  assert.match(headers?.authorization ?? '', /^Basic /)
  assert.deepEqual(Object.keys(params ?? {}).sort(), ['grant_type', 'refresh_token'])
})

test('a public client renews without a secret', async (t) => {
  const slack = await start(t, { apps: [{ pkce: true }] })
  const challenge = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }
  const code = await allow(authorizeUrl(slack, { user_scope: 'im:read', ...challenge }))
  const proof = { client_secret: '', code_verifier: pkce.verifier }
  const { refresh_token: refreshToken } = (await exchange(slack, code, proof)).authed_user
  const { clientId } = credentialsOf(slack)

  const { kind } = await refreshGrant({ refreshToken }, { clientId }, slackOf(slack), now)

  assert.equal(kind, 'user')
  const { headers, params } = slack.calls(method).at(-1) ?? {}
  assert.equal(headers?.authorization, undefined)
  assert.equal(params?.client_id, clientId)
})

describe('a fault in between', () => {
  for (const kind of ['drop-answer', 'hang-up', 'truncate'] as const) {
    test(`(${kind}) is got over with the same refresh token`, async (t) => {
      const { slack, tokens } = await installed(t)
      slack.inject({ method, kind, times: 1 })

      const { grant } = await refresh(slack, tokens.refresh_token)

      assert.equal((await authTest(slack, grant.token)).ok, true)
      const asked = slack.calls(method).slice(1)
      assert.deepEqual(
        asked.map(({ params }) => params.refresh_token),
        [tokens.refresh_token, tokens.refresh_token],
      )
    })
  }

  test('is tried twice more by default, and as often as asked', async (t) => {
    const { slack, tokens } = await installed(t)
    slack.inject({ method, kind: 'status', status: 500 })
    const before = slack.calls(method).length

    await rejectsWith(refresh(slack, tokens.refresh_token), { code: 'slack_unavailable' })
    assert.equal(slack.calls(method).length, before + 3)
    await rejectsWith(refresh(slack, tokens.refresh_token, 0), { code: 'slack_unavailable' })
    assert.equal(slack.calls(method).length, before + 4)
  })

  test('of Slack itself is tried again', async (t) => {
    const { slack, tokens } = await installed(t)
    slack.inject({ method, kind: 'error', error: 'internal_error', times: 1 })

    assert.equal((await refresh(slack, tokens.refresh_token)).kind, 'bot')
  })

  test('with Retry-After is waited for', async (t) => {
    const { slack, tokens } = await installed(t)
    slack.inject({ method, kind: 'status', status: 429, retryAfter: 1, times: 1 })
    const began = performance.now()

    assert.equal((await refresh(slack, tokens.refresh_token, 0)).kind, 'bot')
    assert.ok(performance.now() - began >= 950)
  })

  test('that is HTML is no answer of Slack', async (t) => {
    const { slack, tokens } = await installed(t)
    slack.inject({ method, kind: 'html' })

    await rejectsWith(refresh(slack, tokens.refresh_token), { code: 'unexpected_response' })
  })
})

describe('a refresh is refused', () => {
  test('with refresh_token_invalid when the refresh token is spent', async (t) => {
    const { slack, tokens } = await installed(t, { refreshGraceSeconds: 0 })
    await refresh(slack, tokens.refresh_token)

    await rejectsWith(refresh(slack, tokens.refresh_token), {
      code: 'refresh_token_invalid',
      message: /"invalid_refresh_token"/,
      hint: /^slack-oauth install$/,
    })
  })

  for (const [word, code] of [
    ['token_revoked', 'token_revoked'],
    ['invalid_auth', 'authorization_failed'],
    ['account_inactive', 'token_revoked'],
    ['token_expired', 'token_expired'],
    ['invalid_client_id', 'invalid_client'],
    ['bad_client_secret', 'invalid_client'],
    ['access_denied', 'access_denied'],
    ['team_access_not_granted', 'authorization_failed'],
    ['not_allowed_token_type', 'authorization_failed'],
    ['pkce_not_allowed', 'authorization_failed'],
  ] as const) {
    test(`with ${code} and exit 4 when Slack says ${word}`, async (t) => {
      const { slack, tokens } = await installed(t)
      slack.inject({ method, kind: 'error', error: word })
      const refused = refresh(slack, tokens.refresh_token)

      await rejectsWith(refused, { code, message: new RegExp(`"${word}"`), hint: /./ })
      await assert.rejects(refused, (error) => {
        return error instanceof SlackOAuthError && error.exitCode === 4
      })
    })
  }
})

/** JSON cannot say `undefined`, so a field patched with it is not there. */
const missing = undefined
const nested = {
  access_token: 'xoxe.xoxp-1-nested',
  refresh_token: 'xoxe-1-nested',
  expires_in: 60,
  scope: 'im:read',
}
const nowhere = { access_token: missing, refresh_token: missing, expires_in: missing }

async function patched(t: TestContext, patch: Record<string, unknown>) {
  const { slack, tokens } = await installed(t)
  slack.inject({ method, kind: 'patch', patch })
  return refresh(slack, tokens.refresh_token)
}

describe('an answer', () => {
  test('with the fields of a member in authed_user is a user token', async (t) => {
    for (const patch of [
      { ...nowhere, token_type: missing, authed_user: { id: 'U1', ...nested } },
      { token_type: 'user', authed_user: nested },
    ]) {
      const { kind, grant } = await patched(t, patch)

      assert.equal(kind, 'user')
      assert.equal(grant.token, 'xoxe.xoxp-1-nested')
      assert.equal(grant.refreshToken, 'xoxe-1-nested')
      assert.equal(grant.expiresAt, Math.floor(NOW + 60))
    }
  })

  test('with a bot token is the bot, whatever else stands in authed_user', async (t) => {
    for (const authed_user of [nested, { id: 'U1' }, null]) {
      const { kind, grant } = await patched(t, { authed_user })

      assert.equal(kind, 'bot')
      assert.match(grant.token, /^xoxe\.xoxb-/)
    }
  })

  test('that gives no type of token, or another, is told by the token', async (t) => {
    for (const token_type of [missing, null, 'Bearer']) {
      assert.equal((await patched(t, { token_type })).kind, 'bot')
      const user = { token_type, access_token: 'xoxe.xoxp-1-x' }
      assert.equal((await patched(t, user)).kind, 'user')
    }
  })

  test('with a token of a new shape is told by whose id is there', async (t) => {
    const shapeless = { token_type: missing, access_token: 'new-1' }
    assert.equal((await patched(t, shapeless)).kind, 'bot')
    const user = { ...shapeless, bot_user_id: missing, user_id: 'U1' }
    assert.equal((await patched(t, user)).kind, 'user')
  })

  test('without scopes has none', async (t) => {
    assert.deepEqual((await patched(t, { scope: missing })).grant.scopes, [])
  })

  for (const [what, patch] of [
    ['without an access token', { access_token: missing }],
    ['with an empty access token', { access_token: '' }],
    ['without a refresh token', { refresh_token: missing }],
    ['with a null for a refresh token', { refresh_token: null }],
    ['without an expiry', { expires_in: missing }],
    ['with an expiry that is a text', { expires_in: '43200' }],
    ['with a line break in its token', { access_token: 'xoxb-1\n2' }],
    ['with only half a pair in authed_user', { ...nowhere, authed_user: { access_token: 'x' } }],
    [
      'that says of nobody whose token it is',
      { token_type: missing, access_token: 'new-1', bot_user_id: missing },
    ],
  ] as const) {
    test(`${what} is unexpected`, async (t) => {
      await rejectsWith(patched(t, patch), { code: 'unexpected_response', message: /lacks/ })
    })
  }
})
