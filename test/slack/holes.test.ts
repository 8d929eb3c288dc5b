import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fromBolt } from '../../src/library/bolt-installation.ts'
import { slackOptionsOf } from '../../src/library/client-options.ts'
import { createRecent } from '../../src/serve/recent-keys.ts'
import { iatCheck } from '../../src/slack/openid/id-token.ts'
import { parseSlackUrl } from '../../src/slack/slack-url.ts'
import {
  allow,
  call,
  callAsApp,
  firstApp,
  install,
  openIdAuthorizeUrl,
  start,
} from '../sandbox/client.ts'

test('an ID token from the future by more than thirty seconds, or of more than ten minutes ago, is refused', () => {
  const now = 1_700_000_000
  for (const iat of [now + 31, now - 601, now - 660]) {
    assert.throws(() => iatCheck(iat, now), { code: 'id_token_invalid' }, String(iat - now))
  }
  for (const iat of [now + 29, now, now - 599]) assert.equal(iatCheck(iat, now).result, 'ok')
})

test('credentials in a Slack URL are refused and not repeated', () => {
  for (const url of ['https://me:hunter22@slack.com', 'https://hunter22@slack.com']) {
    assert.throws(
      () => parseSlackUrl(url),
      (error: Error & { code?: string; exitCode?: number }) => {
        assert.deepEqual([error.code, error.exitCode], ['usage', 2])
        assert.doesNotMatch(error.message, /hunter22/)
        return true
      },
    )
  }
})

test('a memory of two keys remembers the last two, and at least those', () => {
  const recent = createRecent(2)
  for (const key of ['a', 'b', 'c']) assert.equal(recent.add(key), true)
  for (const key of ['b', 'c']) assert.equal(recent.add(key), false, key)
  for (const key of ['d', 'e']) recent.add(key)
  assert.equal(recent.add('e'), false)
  assert.equal(recent.add('a'), true, 'it is forgotten by now')
})

test('an installation of a classic app, and an endless time-out, are usage errors', () => {
  const v1 = { authVersion: 'v1', user: { id: 'U1', token: undefined, scopes: undefined } }
  assert.throws(() => fromBolt(v1 as never, '1.2'), { code: 'usage' })
  const { signal } = new AbortController()
  for (const timeoutSeconds of [Number.POSITIVE_INFINITY, Number.NaN, -1]) {
    assert.throws(() => slackOptionsOf({ timeoutSeconds }, signal), { code: 'usage' })
  }
})

test('the sandbox refuses a refresh without a secret where the tokens came over https', async (t) => {
  const redirectUri = 'https://app.example.com/callback'
  const sandbox = await start(t, {
    apps: [{ tokenRotation: true, pkce: true, redirectUris: [redirectUri] }],
  })
  const { refresh_token } = await install(sandbox, {
    scope: 'chat:write',
    redirect_uri: redirectUri,
  })
  const { clientId, clientSecret } = firstApp(sandbox)
  const refresh = { grant_type: 'refresh_token', refresh_token, client_id: clientId }
  assert.equal((await call(sandbox, 'oauth.v2.access', refresh)).ok, false)
  const right = await call(sandbox, 'oauth.v2.access', { ...refresh, client_secret: clientSecret })
  assert.equal(right.ok, true)
})

test('the sandbox tells a bot nothing of a person', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox, { scope: 'chat:write' })
  const answer = await call(sandbox, 'openid.connect.userInfo', { token: access_token })
  assert.equal(answer.error, 'not_allowed_token_type')
})

test('the sandbox takes a verifier of 43 characters, and none of 42', async (t) => {
  const sandbox = await start(t, { apps: [{ pkce: true }] })
  for (const length of [42, 43]) {
    const code_verifier = 'v'.repeat(length)
    const code = await allow(
      openIdAuthorizeUrl(sandbox, {
        code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }),
    )
    const redirect_uri = firstApp(sandbox).redirectUris[0] ?? ''
    const answer = await callAsApp(sandbox, 'openid.connect.token', {
      code,
      redirect_uri,
      code_verifier,
    })
    assert.equal(answer.ok, length === 43, JSON.stringify(answer))
  }
})
