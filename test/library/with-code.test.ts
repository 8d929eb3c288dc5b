import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import {
  AuthorizeUrlGenerator,
  type CodeOptions,
  installWithCode,
  OpenIDConnectAuthorizeUrlGenerator,
  signInWithCode,
} from '../../src/index.ts'
import { consent } from '../support/person.ts'
import { temporaryStore } from '../support/serving.ts'
import { slackApp } from '../support/slack-app.ts'

async function app(t: TestContext) {
  const { slack, redirectUri } = await slackApp(t)
  const [{ clientId, clientSecret } = { clientId: '', clientSecret: '' }] = slack.apps
  const options: CodeOptions = { clientId, clientSecret, redirectUri, slackUrl: slack.url }
  const codeFrom = async (url: string) => new URL(await consent(url)).searchParams.get('code') ?? ''
  return {
    slack,
    store: await temporaryStore(t),
    options,
    installCode: () =>
      codeFrom(
        new AuthorizeUrlGenerator({
          clientId,
          scopes: ['chat:write'],
          redirectUri,
          authorizationUrl: `${slack.url}/oauth/v2/authorize`,
        }).generate('s'),
      ),
    signInCode: (nonce: string) =>
      codeFrom(
        new OpenIDConnectAuthorizeUrlGenerator({
          clientId,
          redirectUri,
          authorizationUrl: `${slack.url}/openid/connect/authorize`,
        }).generate('s', { nonce }),
      ),
  }
}

test('installWithCode stores what it returns, with what auth.test tells', async (t) => {
  const { store, options, installCode } = await app(t)

  const installation = await installWithCode(store, await installCode(), options)

  assert.match(installation.bot?.token ?? '', /^xoxb-/)
  assert.match(installation.bot?.id ?? '', /^B/)
  const stored = await store.installations.findInstallation({ teamId: 'T0SANDBOX01' })
  assert.deepEqual(stored?.bot, installation.bot)
})

test('installWithCode warns of an installation that is not complete, and stores it', async (t) => {
  const { slack, store, options, installCode } = await app(t)
  slack.inject({ method: 'auth.test', kind: 'status', status: 500 })
  const warnings: string[] = []

  await installWithCode(store, await installCode(), {
    ...options,
    warn: (message) => void warnings.push(message),
  })

  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /^Installed and saved, but without the bot's id/)
  assert.match(
    (await store.installations.findBot({ teamId: 'T0SANDBOX01' }))?.token ?? '',
    /^xoxb-/,
  )
})

test('a code that is used, a wrong secret and a signal each reject, and say no secret', async (t) => {
  const { slack, store, options, installCode } = await app(t)
  const code = await installCode()
  await installWithCode(store, code, options)
  const wrong = { ...options, clientSecret: 'a-secret-that-is-wrong' }
  const reason = new Error('enough')
  const another = await installCode()

  const failures = await Promise.allSettled([
    installWithCode(store, code, options),
    installWithCode(store, another, wrong),
    signInWithCode('no-code', { ...wrong, nonce: 'n' }),
  ])
  const codes = failures.map((each) => each.status === 'rejected' && each.reason.code)
  assert.deepEqual(codes, ['authorization_failed', 'invalid_client', 'invalid_client'])
  assert.ok(!inspect(failures, { depth: 20 }).includes(wrong.clientSecret))

  slack.inject({ method: '*', kind: 'silence' })
  const signal = AbortSignal.abort(reason)
  await assert.rejects(installWithCode(store, 'c', { ...options, signal }), reason)
})

test('signInWithCode tells who it is, and each check', async (t) => {
  const { options, signInCode } = await app(t)

  const who = await signInWithCode(await signInCode('n-1'), { ...options, nonce: 'n-1' })

  assert.equal(who.idTokenClaims.sub, 'U0ALICE0001')
  assert.equal(who.userInfo.sub, 'U0ALICE0001')
  const names = who.checks.map(({ name }) => name)
  assert.deepEqual(names, [
    'signature',
    'iss',
    'aud',
    'exp',
    'nonce',
    'azp',
    'iat',
    'at_hash',
    'sub',
  ])
})

test('signInWithCode believes no ID token that was made for another nonce', async (t) => {
  const { options, signInCode } = await app(t)
  const signedIn = signInWithCode(await signInCode('of the attacker'), {
    ...options,
    nonce: 'mine',
  })
  await assert.rejects(signedIn, { code: 'id_token_invalid', message: /"nonce"/ })
})

test('signInWithCode takes no redirect URI with a query', async (t) => {
  const { options } = await app(t)
  const redirectUri = `${options.redirectUri}?a=b`
  const signedIn = signInWithCode('c', { ...options, redirectUri, nonce: 'n' })
  await assert.rejects(signedIn, { code: 'invalid_redirect_uri' })
})
