import assert from 'node:assert/strict'
import test from 'node:test'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import {
  allow,
  authorizeUrl,
  call,
  exchange,
  firstApp,
  install,
  type Params,
  pkce,
  start,
} from './client.ts'

const publicApp: SandboxOptions = { apps: [{ pkce: true }] }
const httpsApp: SandboxOptions = { apps: [{ pkce: true, redirectUris: ['https://app.test/cb'] }] }
const challenge = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }
const asked: Params = { user_scope: 'im:read', ...challenge }
const asPublic = { client_secret: '', code_verifier: pkce.verifier }

test('on localhost the verifier stands for the secret, and the token rotates', async (t) => {
  const sandbox = await start(t, publicApp)

  const answer = await exchange(sandbox, await allow(authorizeUrl(sandbox, asked)), asPublic)

  assert.match(answer.authed_user.access_token, /^xoxe\.xoxp-1-sandbox/)
  assert.match(answer.authed_user.refresh_token, /^xoxe-1-sandbox/)
  assert.equal(answer.authed_user.expires_in, 43_200)
})

test('the refresh of such a token needs no secret either, and is flat', async (t) => {
  const sandbox = await start(t, publicApp)
  const code = await allow(authorizeUrl(sandbox, asked))
  const { authed_user } = await exchange(sandbox, code, asPublic)

  const answer = await call(sandbox, 'oauth.v2.access', {
    client_id: firstApp(sandbox).clientId,
    grant_type: 'refresh_token',
    refresh_token: authed_user.refresh_token,
  })

  const { access_token, refresh_token } = answer
  assert.deepEqual(answer, {
    ok: true,
    app_id: 'A0SANDBOX01',
    access_token,
    refresh_token,
    expires_in: 43_200,
    token_type: 'user',
    scope: 'im:read',
    user_id: 'U0ALICE0001',
    team: { id: 'T0SANDBOX01', name: 'Acme Sandbox' },
    enterprise: null,
    is_enterprise_install: false,
  })
})

test('a wrong verifier is invalid_code_verifier', async (t) => {
  const sandbox = await start(t, publicApp)
  const code = await allow(authorizeUrl(sandbox, asked))

  const { error } = await exchange(sandbox, code, { ...asPublic, code_verifier: 'x'.repeat(43) })

  assert.equal(error, 'invalid_code_verifier')
})

test('a missing verifier is invalid_code_verifier, also with the secret', async (t) => {
  const sandbox = await start(t, publicApp)
  const code = await allow(authorizeUrl(sandbox, asked))

  assert.equal((await exchange(sandbox, code)).error, 'invalid_code_verifier')
})

test('a verifier without a challenge is invalid_code_verifier', async (t) => {
  const sandbox = await start(t, publicApp)
  const code = await allow(authorizeUrl(sandbox, { user_scope: 'im:read' }))

  assert.equal((await exchange(sandbox, code, asPublic)).error, 'invalid_code_verifier')
})

test('an app that has not enabled PKCE gets pkce_not_allowed', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox, asked))

  const { error } = await exchange(sandbox, code, { code_verifier: pkce.verifier })

  assert.equal(error, 'pkce_not_allowed')
})

test('PKCE is optional: with the secret, localhost works without it and still rotates', async (t) => {
  const sandbox = await start(t, publicApp)

  const { authed_user } = await install(sandbox, { user_scope: 'im:read' })

  assert.equal(authed_user.expires_in, 43_200)
})

test('over https a public app gets lasting tokens, and needs its secret', async (t) => {
  const sandbox = await start(t, httpsApp)
  const code = await allow(authorizeUrl(sandbox, asked))

  assert.equal((await exchange(sandbox, code, asPublic)).error, 'bad_client_secret')

  const { authed_user } = await exchange(sandbox, code, { code_verifier: pkce.verifier })
  assert.match(authed_user.access_token, /^xoxp-sandbox-/)
  assert.equal(authed_user.expires_in, undefined)
})

test('a custom scheme works with PKCE', async (t) => {
  const redirectUris = ['myapp://auth']
  const sandbox = await start(t, { apps: [{ pkce: true, redirectUris }] })

  const answer = await exchange(sandbox, await allow(authorizeUrl(sandbox, asked)), asPublic)

  assert.equal(answer.authed_user.expires_in, 43_200)
})

test("the example of Slack's documentation verifies", async (t) => {
  const sandbox = await start(t, publicApp)
  const slackChallenge = 'ldMBaaWcQYtSATMV_IG8mf3wp7A6EW80arYoSW80ntU'
  const url = authorizeUrl(sandbox, { ...asked, code_challenge: slackChallenge })

  const answer = await exchange(sandbox, await allow(url), {
    client_secret: '',
    code_verifier: 'secretpassword',
  })

  assert.equal(answer.ok, true)
})
