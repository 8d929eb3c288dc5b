import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import {
  allow,
  authorizeUrl,
  call,
  callAsApp,
  firstApp,
  install,
  openIdAuthorizeUrl,
  pkce,
  start,
} from './client.ts'
import { decode, signIn } from './sign-in.ts'

test('discovery names the sandbox as the issuer and as every endpoint', async (t) => {
  const { url } = await start(t)

  const document = await (await fetch(`${url}/.well-known/openid-configuration`)).json()

  assert.deepEqual(document, {
    issuer: url,
    authorization_endpoint: `${url}/openid/connect/authorize`,
    token_endpoint: `${url}/api/openid.connect.token`,
    userinfo_endpoint: `${url}/api/openid.connect.userInfo`,
    jwks_uri: `${url}/openid/connect/keys`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    response_modes_supported: ['form_post'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['sub', 'auth_time', 'iss'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: true,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  })
})

test('a sign-in gives a token and nothing about the team beside it', async (t) => {
  const sandbox = await start(t)

  const answer = await signIn(sandbox)

  assert.deepEqual(Object.keys(answer).sort(), ['access_token', 'id_token', 'ok', 'token_type'])
  assert.equal(answer.token_type, 'Bearer')
  assert.match(answer.access_token, /^xoxp-sandbox-/)
})

test('the ID token is signed, and says who signed in', async (t) => {
  const sandbox = await start(t)
  const { access_token, id_token } = await signIn(sandbox, { nonce: 'the-nonce' })

  const { header, claims, isSigned } = await decode(sandbox, id_token)

  assert.equal(isSigned, true)
  assert.equal(header.alg, 'RS256')
  assert.match(header.kid, /^[\w-]{43}$/)
  const { iat } = claims
  assert.deepEqual(claims, {
    iss: sandbox.url,
    aud: '1111111111.2222222222',
    iat,
    auth_time: iat,
    exp: iat + 300,
    nonce: 'the-nonce',
    at_hash: createHash('sha256')
      .update(access_token)
      .digest()
      .subarray(0, 16)
      .toString('base64url'),
    sub: 'U0ALICE0001',
    'https://slack.com/user_id': 'U0ALICE0001',
    'https://slack.com/team_id': 'T0SANDBOX01',
    email: 'alice@example.com',
    email_verified: true,
    date_email_verified: 1_622_128_723,
    name: 'Alice Example',
    given_name: 'Alice',
    family_name: 'Example',
    locale: 'en-US',
  })
})

test('without the scopes there is no address and no name', async (t) => {
  const sandbox = await start(t)
  const { id_token } = await signIn(sandbox, { scope: 'openid' })

  const { claims } = await decode(sandbox, id_token)

  assert.equal('email' in claims || 'name' in claims, false)
})

test('a nonce that was not asked for is empty', async (t) => {
  const sandbox = await start(t)
  const { id_token } = await signIn(sandbox)

  assert.equal((await decode(sandbox, id_token)).claims.nonce, '')
})

test('the page lists the scopes and says that this is a sign-in', async (t) => {
  const sandbox = await start(t)

  const html = await (await fetch(openIdAuthorizeUrl(sandbox))).text()

  assert.match(html, /<h1>Sign in to Sandbox App with Slack<\/h1>/)
  assert.doesNotMatch(html, /whole organization/)
})

test('userInfo says the same, and more about the team', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await signIn(sandbox)

  const answer = await call(sandbox, 'openid.connect.userInfo', { token: access_token })

  assert.equal(answer.ok, true)
  assert.equal(answer.sub, 'U0ALICE0001')
  assert.equal(answer.email, 'alice@example.com')
  assert.equal(answer['https://slack.com/team_name'], 'Acme Sandbox')
})

test('userInfo needs the scope openid', async (t) => {
  const sandbox = await start(t)
  const { authed_user } = await install(sandbox, { user_scope: 'im:read' })

  const { error } = await call(sandbox, 'openid.connect.userInfo', {
    token: authed_user.access_token,
  })

  assert.equal(error, 'missing_scope')
})

test('the secret is needed, with or without PKCE', async (t) => {
  const sandbox = await start(t, { apps: [{ pkce: true }] })
  const asked = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }

  const missing = await signIn(sandbox, asked, {
    client_secret: '',
    code_verifier: pkce.verifier,
  })
  const wrong = await signIn(sandbox, asked, { client_secret: 'guessed' })

  assert.equal(missing.error, 'bad_client_secret')
  assert.equal(wrong.error, 'bad_client_secret')
})

test('a challenge must be answered by its verifier', async (t) => {
  const sandbox = await start(t)
  const asked = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }

  assert.equal((await signIn(sandbox, asked, { code_verifier: pkce.verifier })).ok, true)
  assert.equal((await signIn(sandbox, asked)).error, 'invalid_grant')
})

test('a code of the v2 page is oauth_authorization_url_mismatch', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  const { error } = await callAsApp(sandbox, 'openid.connect.token', {
    code,
    redirect_uri: firstApp(sandbox).redirectUris[0] ?? '',
  })

  assert.equal(error, 'oauth_authorization_url_mismatch')
})

test('a code is good once', async (t) => {
  const sandbox = await start(t)
  const code = await allow(openIdAuthorizeUrl(sandbox))
  const params = { code, redirect_uri: firstApp(sandbox).redirectUris[0] ?? '' }

  assert.equal((await callAsApp(sandbox, 'openid.connect.token', params)).ok, true)
  assert.equal((await callAsApp(sandbox, 'openid.connect.token', params)).error, 'invalid_code')
})

test('with rotation it rotates, repeats the state, and a refresh has no ID token', async (t) => {
  const sandbox = await start(t, { apps: [{ tokenRotation: true }] })

  const answer = await signIn(sandbox)
  const refreshed = await callAsApp(sandbox, 'openid.connect.token', {
    grant_type: 'refresh_token',
    refresh_token: answer.refresh_token,
  })

  assert.match(answer.access_token, /^xoxe\.xoxp-1-sandbox/)
  assert.equal(answer.expires_in, 43_200)
  assert.equal(answer.state, 'the-state')
  assert.deepEqual(Object.keys(refreshed).sort(), [
    'access_token',
    'expires_in',
    'ok',
    'refresh_token',
    'token_type',
  ])
})
