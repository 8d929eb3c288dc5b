import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AuthorizeUrlGenerator,
  OpenIDConnectAuthorizeUrlGenerator,
} from '../../src/slack/authorize/authorize-url.ts'

const redirectUri = 'http://localhost:8910/slack/oauth_redirect'

function entries(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams)
}

describe('AuthorizeUrlGenerator', () => {
  test("leads to Slack's consent page with what was asked for", () => {
    const generator = new AuthorizeUrlGenerator({
      clientId: '111.222',
      scopes: ['chat:write', 'commands'],
      userScopes: ['search:read'],
      redirectUri,
    })

    const url = generator.generate('the-state', { team: 'T111' })

    assert.match(url, /^https:\/\/slack\.com\/oauth\/v2\/authorize\?/)
    assert.deepEqual(entries(url), {
      client_id: '111.222',
      scope: 'chat:write,commands',
      user_scope: 'search:read',
      redirect_uri: redirectUri,
      state: 'the-state',
      team: 'T111',
    })
  })

  test('leaves out what is absent', () => {
    const generator = new AuthorizeUrlGenerator({ clientId: '1', scopes: [], redirectUri: '' })

    assert.deepEqual(entries(generator.generate('s')), { client_id: '1', state: 's' })
  })

  test('throws for an empty value, which would be left out: a URL without a state has no protection', () => {
    const generator = new AuthorizeUrlGenerator({ clientId: '1' })
    const empty = { code: 'usage', exitCode: 2 }
    assert.throws(() => generator.generate(''), { ...empty, hint: /BrowserStates/ })
    assert.throws(() => generator.generate(undefined as never), empty)
    assert.throws(() => generator.generate('s', { team: '' }), empty)
    assert.throws(() => generator.generate('s', { codeChallenge: '' }), empty)
    assert.throws(() => new AuthorizeUrlGenerator({ clientId: '' }).generate('s'), empty)
    const signIn = new OpenIDConnectAuthorizeUrlGenerator({
      clientId: '1',
      redirectUri: 'https://a.b/',
    })
    for (const [state, nonce] of [
      ['', 'n'],
      ['s', ''],
    ] as const) {
      assert.throws(() => signIn.generate(state, { nonce }), empty)
    }
    assert.throws(() => signIn.generate('s', {} as never), empty)
  })

  test('leads to another Slack, whose own parameters it keeps', () => {
    const generator = new AuthorizeUrlGenerator({
      clientId: '1',
      authorizationUrl: 'https://slack-gov.com/oauth/v2/authorize?granular=1',
    })

    const url = new URL(generator.generate('s'))
    assert.equal(url.origin, 'https://slack-gov.com')
    assert.equal(url.searchParams.get('granular'), '1')
  })

  test('makes a URL again and again, each with its own state', () => {
    const generator = new AuthorizeUrlGenerator({ clientId: '1' })

    assert.equal(entries(generator.generate('first', { team: 'T1' })).state, 'first')
    assert.deepEqual(entries(generator.generate('second')), { client_id: '1', state: 'second' })
  })

  for (const hostile of [
    'a&team=T9',
    'a#b',
    'a\nb',
    'a=b?c',
    '%26',
    '+ +',
    'é\u{1f600}',
    '"><b>',
  ]) {
    test(`keeps ${JSON.stringify(hostile)} in one parameter`, () => {
      const generator = new AuthorizeUrlGenerator({
        clientId: hostile,
        scopes: [hostile],
        userScopes: [hostile],
        redirectUri: hostile,
      })

      const url = generator.generate(hostile, { team: hostile })

      assert.deepEqual(
        [...new URL(url).searchParams],
        [
          ['client_id', hostile],
          ['scope', hostile],
          ['user_scope', hostile],
          ['redirect_uri', hostile],
          ['state', hostile],
          ['team', hostile],
        ],
      )
      assert.match(url, /^[!-~]+$/)
      assert.equal(new URL(url).hash, '')
    })
  }

  test('keeps any text in its parameter', () => {
    const random = seeded(1)
    for (let round = 0; round < 500; round++) {
      const text = () => randomText(random)
      const [clientId, scope, state, team, uri] = [text(), text(), text(), text(), text()]
      const generator = new AuthorizeUrlGenerator({ clientId, scopes: [scope], redirectUri: uri })

      const url = generator.generate(state, { team })

      assert.deepEqual(entries(url), {
        client_id: clientId,
        scope,
        redirect_uri: uri,
        state,
        team,
      })
      assert.match(url, /^https:\/\/slack\.com\/oauth\/v2\/authorize\?[!-~]+$/)
    }
  })
})

describe('OpenIDConnectAuthorizeUrlGenerator', () => {
  test('leads to Sign in with Slack, all its scopes separated by spaces', () => {
    const generator = new OpenIDConnectAuthorizeUrlGenerator({ clientId: '111.222', redirectUri })

    const url = generator.generate('the-state', { nonce: 'the-nonce', team: 'T111' })

    assert.match(url, /^https:\/\/slack\.com\/openid\/connect\/authorize\?/)
    assert.deepEqual(entries(url), {
      response_type: 'code',
      client_id: '111.222',
      scope: 'openid email profile',
      redirect_uri: redirectUri,
      state: 'the-state',
      nonce: 'the-nonce',
      team: 'T111',
    })
  })

  test('asks for fewer scopes when told so', () => {
    const generator = new OpenIDConnectAuthorizeUrlGenerator({
      clientId: '1',
      redirectUri,
      scopes: ['openid'],
    })

    assert.equal(entries(generator.generate('s', { nonce: 'n' })).scope, 'openid')
  })

  test('keeps any text in its parameter', () => {
    const random = seeded(2)
    for (let round = 0; round < 200; round++) {
      const [clientId, state, nonce] = [randomText(random), randomText(random), randomText(random)]
      const generator = new OpenIDConnectAuthorizeUrlGenerator({ clientId, redirectUri })

      const found = entries(generator.generate(state, { nonce }))

      assert.deepEqual([found.client_id, found.state, found.nonce], [clientId, state, nonce])
    }
  })
})

const LETTERS = [...'ab09&=#?%+;/\\:@ "\'<>\n\r\t\0é漢\u{1f600}\u202e']

function randomText(random: () => number): string {
  const length = 1 + Math.floor(random() * 12)
  const letter = () => LETTERS[Math.floor(random() * LETTERS.length)] ?? ''
  return Array.from({ length }, letter).join('')
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
