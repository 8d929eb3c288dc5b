import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { AuthorizeUrlGenerator } from '../../src/slack/authorize/authorize-url.ts'
import {
  assertNoBotOnDesktop,
  challengeOf,
  createCodeChallenge,
  publicClientGrant,
} from '../../src/slack/authorize/pkce.ts'

test('the challenge of RFC 7636 appendix B comes out', () => {
  assert.equal(
    challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

test("the challenge of Slack's documentation comes out", () => {
  assert.equal(challengeOf('secretpassword'), 'ldMBaaWcQYtSATMV_IG8mf3wp7A6EW80arYoSW80ntU')
})

test('a verifier is 32 random bytes in base64url, a new one each time', () => {
  const made = Array.from({ length: 100 }, createCodeChallenge)

  for (const { verifier, challenge } of made) {
    assert.match(verifier, /^[\w-]{43}$/)
    assert.equal(challenge, challengeOf(verifier))
  }
  assert.equal(new Set(made.map(({ verifier }) => verifier)).size, 100)
})

test('an authorize URL carries the challenge with its method, and neither without one', () => {
  const generator = new AuthorizeUrlGenerator({ clientId: '1.2', userScopes: ['search:read'] })
  const parameters = (url: string) => Object.fromEntries(new URL(url).searchParams)

  const withChallenge = parameters(generator.generate('s', { codeChallenge: 'the-challenge' }))

  assert.equal(withChallenge.code_challenge, 'the-challenge')
  assert.equal(withChallenge.code_challenge_method, 'S256')
  const without = parameters(generator.generate('s'))
  assert.equal('code_challenge' in without || 'code_challenge_method' in without, false)
})

const uris = (...texts: string[]) => texts.map((text) => new URL(text))

for (const uri of ['http://localhost:8910/cb', 'http://127.0.0.1/cb', 'myapp://auth']) {
  test(`bot scopes over ${uri} are refused with the two ways out`, () => {
    assert.throws(
      () => assertNoBotOnDesktop(['chat:write'], uris('https://app.example/cb', uri)),
      (error) => {
        assert.ok(error instanceof SlackOAuthError)
        assert.equal(error.code, 'invalid_scope')
        assert.match(error.message, /chat:write/)
        assert.match(error.hint ?? '', /--user-scopes .*https redirect URI/)
        return true
      },
    )
  })
}

test('bot scopes over https, and user scopes over localhost, are for Slack to judge', () => {
  assertNoBotOnDesktop(['chat:write'], uris('https://localhost:8910/cb'))
  assertNoBotOnDesktop([], uris('http://localhost:8910/cb'))
})

test('a refresh token of a public client ends after thirty days, one that is not there does not', () => {
  const grant = { token: 'xoxe.xoxp-1-a', scopes: ['search:read'] }

  assert.deepEqual(publicClientGrant({ ...grant, refreshToken: 'xoxe-1-b' }, 1000.9), {
    ...grant,
    refreshToken: 'xoxe-1-b',
    isPublicClient: true,
    refreshTokenExpiresAt: 1000 + 2_592_000,
  })
  assert.deepEqual(publicClientGrant(grant, 1000), { ...grant, isPublicClient: true })
})
