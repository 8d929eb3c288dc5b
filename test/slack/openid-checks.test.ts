import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { OpenIDConnectAuthorizeUrlGenerator } from '../../src/slack/authorize/authorize-url.ts'
import { assertWantedPlace, azpCheck } from '../../src/slack/openid/id-token.ts'
import { discoverProvider, type SignInCode } from '../../src/slack/openid/provider.ts'
import { consent } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { rejectsWith } from './client.ts'

async function signingIn(t: TestContext) {
  const app = await slackApp(t)
  const { slack, env, redirectUri } = app
  const credentials = {
    clientId: env.SLACK_CLIENT_ID ?? '',
    clientSecret: env.SLACK_CLIENT_SECRET ?? '',
  }
  const options = {
    slackUrl: slack.url,
    signal: new AbortController().signal,
    requestTimeoutSeconds: 10,
  }
  const code = async () => {
    const authorizeUrl = new OpenIDConnectAuthorizeUrlGenerator({
      clientId: credentials.clientId,
      redirectUri,
      authorizationUrl: `${slack.url}/openid/connect/authorize`,
    }).generate('state', { nonce: 'nonce' })
    return new URL(await consent(authorizeUrl)).searchParams.get('code') ?? ''
  }
  const signIn = async (more: Partial<SignInCode> = {}) => {
    const provider = await discoverProvider(credentials, options, () => Date.now() / 1000)
    const request = { code: await code(), redirectUri: new URL(redirectUri), nonce: 'nonce' }
    return provider.signIn({ ...request, ...more })
  }
  return { ...app, signIn }
}

test('only a member of the workspace and organization that are wanted is signed in', async (t) => {
  const { signIn } = await signingIn(t)
  const { idTokenClaims } = await signIn()
  const team = String(idTokenClaims['https://slack.com/team_id'])
  assert.equal((await signIn({ team })).idTokenClaims.sub, idTokenClaims.sub)
  for (const other of [
    { team: 'T0OTHER' },
    { enterprise: 'E0OTHER' },
    { team, enterprise: 'E0OTHER' },
  ]) {
    await rejectsWith(signIn(other), { code: 'authorization_failed', hint: /Nobody is signed in/ })
  }
  const claims = { 'https://slack.com/team_id': 'T1', 'https://slack.com/enterprise_id': 'E1' }
  assert.doesNotThrow(() => assertWantedPlace(claims, { team: 'T1', enterprise: 'E1' }))
  for (const missing of [{}, { 'https://slack.com/team_id': 5 }]) {
    assert.throws(() => assertWantedPlace(missing, { team: 'T1' }), {
      code: 'authorization_failed',
    })
  }
})

test('a userInfo of another workspace than the ID token signs nobody in', async (t) => {
  const { slack, signIn } = await signingIn(t)
  slack.inject({
    method: 'openid.connect.userInfo',
    kind: 'patch',
    patch: { 'https://slack.com/team_id': 'T0OTHER' },
    times: 1,
  })
  await rejectsWith(signIn(), { code: 'id_token_invalid', message: /team_id/ })
  await signIn()
})

test('an ID token for several audiences, or with an authorized party, names this app as that', () => {
  assert.equal(azpCheck({ aud: '1.2' }, '1.2').result, 'absent')
  assert.equal(azpCheck({ aud: ['1.2', '3.4'], azp: '1.2' }, '1.2').result, 'ok')
  for (const claims of [
    { aud: '1.2', azp: '3.4' },
    { aud: ['1.2', '3.4'] },
    { aud: ['1.2'], azp: '' },
  ]) {
    assert.throws(() => azpCheck(claims, '1.2'), { code: 'id_token_invalid' })
  }
})

test('credentials go in the body as they are, and not in HTTP Basic', async (t) => {
  const { slack, env, signIn } = await signingIn(t)
  await signIn()
  const [call] = slack.calls('openid.connect.token')
  assert.equal(call?.params.client_id, env.SLACK_CLIENT_ID)
  assert.ok('client_secret' in (call?.params ?? {}))
})

for (const method of ['openid.discovery', 'openid.keys', 'openid.connect.userInfo']) {
  for (const status of [404, 429, 500, 503]) {
    test(`one HTTP ${status} of ${method} is tried again, and a second one is named`, async (t) => {
      const { slack, signIn } = await signingIn(t)
      slack.inject({ method, kind: 'status', status, retryAfter: 0, times: 1 })
      await signIn()
      slack.inject({ method, kind: 'status', status, retryAfter: 0, times: 2 })
      const named = status === 429 ? /ratelimited/ : new RegExp(String(status))
      await assert.rejects(signIn(), { name: 'SlackOAuthError', message: named })
    })
  }
}

test('a code is never sent a second time', async (t) => {
  const { slack, signIn } = await signingIn(t)
  slack.inject({ method: 'openid.connect.token', kind: 'status', status: 503, times: 1 })
  await rejectsWith(signIn(), { code: 'slack_unavailable', message: /503/ })
  assert.equal(slack.calls('openid.connect.token').length, 1)
})

test('a provider that promises to name itself in the redirect is held to that (RFC 9207)', async (t) => {
  const { slack, signIn } = await signingIn(t)
  // Without the promise, what stands there counts for nothing
  await signIn({ iss: 'https://evil.example' })
  slack.inject({
    method: 'openid.discovery',
    kind: 'patch',
    patch: { authorization_response_iss_parameter_supported: true },
  })
  await signIn({ iss: slack.url })
  for (const more of [{}, { iss: 'https://evil.example' }]) {
    await rejectsWith(signIn(more), { code: 'authorization_failed', message: /"iss"/ })
  }
})
