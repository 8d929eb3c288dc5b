import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  allow,
  authorizeUrl,
  call,
  callAsApp,
  exchange,
  firstApp,
  openIdAuthorizeUrl,
  start,
} from './client.ts'

test('an unknown client is invalid_client_id', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  const { ok, error } = await exchange(sandbox, code, { client_id: '1.2' })

  assert.equal(ok, false)
  assert.equal(error, 'invalid_client_id')
})

test('no client at all is invalid_client_id', async (t) => {
  const sandbox = await start(t)

  assert.deepEqual(await call(sandbox, 'oauth.v2.access'), {
    ok: false,
    error: 'invalid_client_id',
  })
})

test('a wrong secret is bad_client_secret, and spends nothing', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  const { error } = await exchange(sandbox, code, { client_secret: 'guessed' })

  assert.equal(error, 'bad_client_secret')
  assert.equal((await exchange(sandbox, code)).ok, true)
})

test('a missing secret is bad_client_secret', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  assert.equal((await exchange(sandbox, code, { client_secret: '' })).error, 'bad_client_secret')
})

test('a grant type that does not exist is invalid_grant_type', async (t) => {
  const sandbox = await start(t)

  const { error } = await callAsApp(sandbox, 'oauth.v2.access', { grant_type: 'password' })

  assert.equal(error, 'invalid_grant_type')
})

test('a code that does not exist is invalid_code', async (t) => {
  const sandbox = await start(t)

  assert.equal((await exchange(sandbox, '1.2.abc')).error, 'invalid_code')
})

test('a code is good once', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  assert.equal((await exchange(sandbox, code)).ok, true)
  assert.equal((await exchange(sandbox, code)).error, 'invalid_code')
})

test('of many who bring one code at the same time, one gets through', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(sandbox, code)))

  assert.equal(answers.filter(({ ok }) => ok).length, 1)
})

test('a code expires', async (t) => {
  const sandbox = await start(t, { codeLifetimeSeconds: 0.05 })
  const code = await allow(authorizeUrl(sandbox))

  await sleep(60)

  assert.equal((await exchange(sandbox, code)).error, 'invalid_code')
})

test('the code of another app is invalid_code', async (t) => {
  const sandbox = await start(t, { apps: [{}, { clientSecret: 'other-secret' }] })
  const code = await allow(authorizeUrl(sandbox))

  const { error } = await exchange(sandbox, code, {
    client_id: '1111111111.2222222223',
    client_secret: 'other-secret',
  })

  assert.equal(error, 'invalid_code')
})

test('the redirect URI must be the one that was sent, to the byte', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))
  const redirect_uri = `${firstApp(sandbox).redirectUris[0]}/`

  assert.equal((await exchange(sandbox, code, { redirect_uri })).error, 'bad_redirect_uri')
})

test('a redirect URI that was sent must be sent again', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))

  assert.equal((await exchange(sandbox, code, { redirect_uri: '' })).error, 'bad_redirect_uri')
})

test('a redirect URI that was not sent need not be sent', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox, { scope: 'chat:write', redirect_uri: '' }))

  assert.equal((await exchange(sandbox, code, { redirect_uri: '' })).ok, true)
})

test('a code of the OpenID page is oauth_authorization_url_mismatch', async (t) => {
  const sandbox = await start(t)
  const code = await allow(openIdAuthorizeUrl(sandbox))

  assert.equal((await exchange(sandbox, code)).error, 'oauth_authorization_url_mismatch')
})

test('the credentials may come by HTTP Basic', async (t) => {
  const sandbox = await start(t)
  const code = await allow(authorizeUrl(sandbox))
  const { clientId, clientSecret, redirectUris } = firstApp(sandbox)

  const response = await fetch(`${sandbox.url}/api/oauth.v2.access`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ code, redirect_uri: redirectUris[0] ?? '' }),
  })

  assert.equal((await response.json()).ok, true)
})
