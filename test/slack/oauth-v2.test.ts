import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import type { Installation } from '../../src/slack/installation.ts'
import { exchangeCode } from '../../src/slack/methods/oauth-v2-access.ts'
import { allow, authorizeUrl, firstApp, type Params, start } from '../sandbox/client.ts'

const NOW = 1_704_164_645.9
const both = { scope: 'chat:write,im:read', user_scope: 'search:read' }

interface Asked {
  readonly patch?: Record<string, unknown>
  readonly asked?: Params
  readonly picked?: Params
  readonly options?: SandboxOptions
}

/** Consent, and the exchange of its code with a Slack that changes its answer. */
async function exchanged(t: TestContext, given: Asked = {}): Promise<Installation> {
  const sandbox = await start(t, given.options)
  const { clientId, clientSecret, redirectUris } = firstApp(sandbox)
  const code = await allow(authorizeUrl(sandbox, given.asked ?? both), given.picked)
  const { patch } = given
  if (patch) sandbox.inject({ method: 'oauth.v2.access', kind: 'patch', patch })
  const { installation } = await exchangeCode(
    { code, redirectUri: redirectUris[0] ?? '' },
    { clientId, clientSecret },
    { slackUrl: sandbox.url, signal: new AbortController().signal, requestTimeoutSeconds: 5 },
    () => NOW,
  )
  return installation
}

/** JSON cannot say `undefined`, so a field patched with it is not there. */
const missing = undefined

describe('an answer of oauth.v2.access', () => {
  test('with a bot and a user token is an installation with both', async (t) => {
    const found = await exchanged(t)

    assert.match(found.bot?.token ?? '', /^xoxb-/)
    assert.match(found.user.grant?.token ?? '', /^xoxp-/)
    assert.deepEqual(found.bot?.scopes, ['chat:write', 'im:read'])
    assert.deepEqual(found.user.grant?.scopes, ['search:read'])
    assert.deepEqual(found.team, { id: 'T0SANDBOX01', name: 'Acme Sandbox' })
    assert.equal(found.enterprise, undefined)
    assert.equal(found.isEnterpriseInstall, false)
    assert.equal(found.tokenType, 'bot')
    assert.equal(found.installedAt, NOW)
    assert.equal(found.bot?.id, undefined)
  })

  test('with a user token alone has no bot and no token type', async (t) => {
    const found = await exchanged(t, { asked: { user_scope: 'search:read' } })

    assert.equal(found.bot, undefined)
    assert.equal(found.tokenType, undefined)
    assert.match(found.user.grant?.token ?? '', /^xoxp-/)
  })

  test('with rotation has an expiry in whole seconds for each token', async (t) => {
    const found = await exchanged(t, { options: { apps: [{ tokenRotation: true }] } })

    assert.equal(found.bot?.expiresAt, 1_704_164_645 + 43_200)
    assert.equal(found.user.grant?.expiresAt, 1_704_164_645 + 43_200)
    assert.notEqual(found.bot?.refreshToken, found.user.grant?.refreshToken)
  })

  test('for an organization has no team, also when one is named', async (t) => {
    const enterprise = { id: 'E111', name: 'Acme Org' }
    const found = await exchanged(t, {
      patch: { is_enterprise_install: true, enterprise, team: { id: 'T111', name: 'Acme' } },
    })

    assert.equal(found.team, undefined)
    assert.deepEqual(found.enterprise, enterprise)
    assert.equal(found.isEnterpriseInstall, true)
  })

  test('for a workspace of an organization has both', async (t) => {
    const found = await exchanged(t, { patch: { enterprise: { id: 'E111' } } })

    assert.deepEqual(found.enterprise, { id: 'E111' })
    assert.equal(found.team?.id, 'T0SANDBOX01')
    assert.equal(found.isEnterpriseInstall, false)
  })

  for (const [what, patch] of [
    ['without enterprise', { enterprise: missing }],
    ['with a null for enterprise', { enterprise: null }],
    ['without is_enterprise_install', { is_enterprise_install: missing }],
    ['with a null for is_enterprise_install', { is_enterprise_install: null }],
    ['with a null for incoming_webhook', { incoming_webhook: null }],
    ['with a null for refresh_token and expires_in', { refresh_token: null, expires_in: null }],
    ['with a field that nobody knows', { is_new: { deeply: ['so'] }, warning: 'x' }],
  ] as const) {
    test(`${what} is the same installation`, async (t) => {
      const found = await exchanged(t, { patch })

      assert.equal(found.team?.id, 'T0SANDBOX01')
      assert.equal(found.enterprise, undefined)
      assert.equal(found.isEnterpriseInstall, false)
      assert.equal(found.bot?.refreshToken, undefined)
      assert.match(found.bot?.token ?? '', /^xoxb-/)
    })
  }

  for (const type of ['granular_bot', 'Bearer', 'of-tomorrow']) {
    test(`with the token type "${type}" has it as it is`, async (t) => {
      const found = await exchanged(t, { patch: { token_type: type } })

      assert.equal(found.tokenType, type)
      assert.match(found.bot?.token ?? '', /^xoxb-/)
    })
  }

  test('without a token type has none', async (t) => {
    assert.equal((await exchanged(t, { patch: { token_type: missing } })).tokenType, undefined)
  })

  test('with a team that has no name has its id', async (t) => {
    for (const team of [{ id: 'T111' }, { id: 'T111', name: null }, { id: 'T111', name: '' }]) {
      assert.deepEqual((await exchanged(t, { patch: { team } })).team, { id: 'T111' })
    }
  })

  test('without a scope has none', async (t) => {
    assert.deepEqual((await exchanged(t, { patch: { scope: missing } })).bot?.scopes, [])
  })

  test('without a bot user has a bot all the same', async (t) => {
    assert.equal((await exchanged(t, { patch: { bot_user_id: missing } })).bot?.userId, '')
  })

  test('with a webhook has it', async (t) => {
    const url = 'https://hooks.slack.com/services/T/B/x'
    const found = await exchanged(t, {
      patch: { incoming_webhook: { url, channel: '#general', channel_id: 'C1' } },
    })

    assert.deepEqual(found.incomingWebhook, { url, channel: '#general', channelId: 'C1' })
  })

  for (const [what, patch] of [
    ['without a token', { access_token: missing, authed_user: { id: 'U111' } }],
    ['with an empty token', { access_token: '', authed_user: { id: 'U111', access_token: '' } }],
    [
      'with tokens that are none',
      { access_token: 1, authed_user: { id: 'U1', access_token: 'a b' } },
    ],
  ] as const) {
    test(`${what} is unexpected`, async (t) => {
      await assert.rejects(exchanged(t, { patch }), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'unexpected_response')
        assert.match(error.message, /the app is installed, and its tokens are lost/)
        assert.doesNotMatch(`${error.message} ${error.stack}`, /xox[bp]-/)
        return true
      })
    })
  }
})
