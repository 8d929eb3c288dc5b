import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import {
  type CompleteNeeds,
  completeInstall,
  type Installed,
} from '../../src/flows/authorize/complete-install.ts'
import { openStore } from '../../src/index.ts'
import { allow, authorizeUrl, firstApp, start } from '../sandbox/client.ts'
import { credentialsOf, slackOf } from './client.ts'

// By the time that oauth.v2.access answers, the tokens are granted: what is odd beside them is no reason to lose them.

const SECRET = 'xoxb-'
const asked = { scope: 'chat:write,im:read', user_scope: 'search:read' }

const odd = fc.constantFrom<unknown>(
  null,
  undefined,
  '',
  'x',
  '43200',
  0,
  -1,
  true,
  'true',
  [],
  ['chat:write'],
  {},
  { id: '' },
)
const patches = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(
        ...[
          'app_id',
          'team',
          'enterprise',
          'is_enterprise_install',
          'scope',
          'token_type',
          'bot_user_id',
        ],
        ...['authed_user', 'incoming_webhook', 'expires_in', 'refresh_token', 'warning'],
      ),
      odd,
    ),
    { minLength: 1, maxLength: 3, selector: ([name]) => name },
  )
  .map((entries) => Object.fromEntries(entries))

async function app(t: TestContext) {
  const sandbox = await start(t)
  const store = await openStore(':memory:')
  t.after(() => store.close())
  const needs: CompleteNeeds = { store, slack: slackOf(sandbox), now: () => Date.now() / 1000 }
  const client = credentialsOf(sandbox)
  const redirectUri = firstApp(sandbox).redirectUris[0] ?? ''
  const install = async (patch: Record<string, unknown>, more: Partial<CompleteNeeds> = {}) => {
    const code = await allow(authorizeUrl(sandbox, asked))
    sandbox.inject({ method: 'oauth.v2.access', kind: 'patch', patch, times: 1 })
    const wanted = { client, scopes: [], userScopes: [] }
    return completeInstall({ ...needs, ...more }, wanted, { code, redirectUri })
  }
  return { sandbox, store, install }
}

test('whatever is odd beside a token, the token is stored and found, and the oddity is named', async (t) => {
  const { sandbox, store, install } = await app(t)
  await fc.assert(
    fc.asyncProperty(patches, async (patch) => {
      for await (const place of store.installations.places()) {
        await store.installations.deleteAll({ ...place, enterpriseId: place.enterpriseId ?? '' })
      }
      const { installation, oddities }: Installed = await install(patch)
      assert.match(installation.bot?.token ?? '', /^xoxb-/, JSON.stringify(patch))
      const teamId = installation.team?.id
      const found = await store.installations.findInstallation(
        teamId
          ? { teamId }
          : { enterpriseId: installation.enterprise?.id ?? '', isEnterpriseInstall: true },
      )
      assert.equal(found?.bot?.token, installation.bot?.token, JSON.stringify(patch))
      for (const name of oddities) assert.ok(name in patch, name)
      // Slack itself says where it is, where its first answer does not
      if (!installation.isEnterpriseInstall)
        assert.equal(teamId, 'T0SANDBOX01', JSON.stringify(patch))
      assert.ok(sandbox.calls('auth.test').length > 0)
    }),
    { numRuns: 150 },
  )
})

test('scopes as a list, and an expiry as text, are what they say', async (t) => {
  const { install } = await app(t)
  const { installation, oddities } = await install({
    scope: ['chat:write', 'im:read'],
    expires_in: '43200',
    refresh_token: 'xoxe-1',
  })
  assert.deepEqual(installation.bot?.scopes, ['chat:write', 'im:read'])
  assert.ok((installation.bot?.expiresAt ?? 0) > Date.now() / 1000 + 43_000)
  assert.deepEqual(oddities, ['scope', 'expires_in'])
})

test('without the member, their id comes from auth.test, and without a workspace, that as well', async (t) => {
  const { install } = await app(t)
  const token = (await install({})).installation.user.grant?.token
  const { installation } = await install({
    authed_user: { access_token: token },
    team: 'Acme',
    bot_user_id: null,
  })
  assert.equal(installation.user.id, 'U0ALICE0001')
  assert.deepEqual(installation.team, { id: 'T0SANDBOX01' })
  assert.match(installation.bot?.userId ?? '', /^U/)
})

test('where nothing can be stored, the message says that the app is installed, and --revoke-lost revokes', async (t) => {
  const { sandbox, install } = await app(t)
  sandbox.inject({ method: 'auth.test', kind: 'error', error: 'fatal_error' })
  const lost = {
    code: 'unexpected_response',
    message: /The app is installed in .*, but its tokens are lost/,
    hint: /--revoke-lost/,
  }
  await assert.rejects(install({ team: null }), lost)
  assert.equal(sandbox.calls('auth.revoke').length, 0)
  const revoked = { message: /could not be stored, and were revoked/ }
  await assert.rejects(install({ team: null }, { revokesLost: true }), (error: Error) => {
    assert.match(error.message, revoked.message)
    assert.ok(!error.message.includes(SECRET))
    return true
  })
  assert.equal(sandbox.calls('auth.revoke').length, 2)
})

test('what a member granted, whom nothing names, is told as lost beside the bot, and --revoke-lost revokes it alone', async (t) => {
  const { sandbox, store, install } = await app(t)
  const token = 'xoxp-of-nobody'
  const incoming_webhook = { url: 'https://hooks.slack.com/services/T1/B1/x' }
  const patch = { authed_user: { access_token: token }, incoming_webhook }
  for (const revokesLost of [false, true]) {
    const { installation, problem, oddities } = await install(patch, { revokesLost })
    assert.equal(problem?.code, 'incomplete_installation')
    assert.match(
      problem.message,
      /its bot is saved, but Slack did not say which member installed it: the member's tokens .*, and the webhook is lost$/,
    )
    assert.match(problem.message, revokesLost ? /revoked/ : /tokens are lost/)
    assert.match(problem.hint ?? '', /--revoke-lost/)
    assert.ok(oddities.includes('authed_user'))
    assert.equal(installation.user.grant, undefined)
    const bot = await store.installations.findBot({ teamId: 'T0SANDBOX01' })
    assert.equal(bot?.token, installation.bot?.token)
    assert.equal(sandbox.calls('auth.revoke').length, revokesLost ? 1 : 0)
  }
})
