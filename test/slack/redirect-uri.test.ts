import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_REDIRECT_URI, parseRedirectUri } from '../../src/slack/redirect-uri.js'

describe('a redirect URI', () => {
  for (const uri of [
    DEFAULT_REDIRECT_URI,
    'http://localhost:8910/',
    'http://localhost/slack/oauth_redirect',
    'http://127.0.0.1:8910/a/b',
    'http://[::1]:8910/a',
    'http://localhost:8910/a?x=1&y=2',
    'http://localhost:8910/a?codes=1',
  ]) {
    test(`can be ${uri}`, () => {
      assert.equal(parseRedirectUri(uri).href, uri)
    })
  }

  for (const [uri, rule] of [
    ['', /is not a URL/],
    ['localhost', /is not a URL/],
    ['/slack/oauth_redirect', /is not a URL/],
    ['http://localhost:99999/', /is not a URL/],
    ['localhost:8910/a', /is neither http nor https/],
    ['urn:ietf:wg:oauth:2.0:oob', /is neither http nor https/],
    ['myapp://callback', /is neither http nor https/],
    ['http://example.com/a', /is http on another host/],
    ['http://localhost.example.com/a', /is http on another host/],
    ['http://0.0.0.0:8910/a', /is http on another host/],
    ['http://192.168.0.1:8910/a', /is http on another host/],
    ['https://localhost:8910/a', /is https/],
    ['http://localhost:8910/a#b', /has a fragment/],
    ['http://localhost:8910/a#', /has a fragment/],
    ['http://user@localhost:8910/a', /holds credentials/],
    ['http://localhost:8910@example.com/a', /holds credentials/],
    ['http://localhost:0/a', /has port 0/],
    ['http://localhost:8910/a?code=1', /has a parameter "code"/],
    ['http://localhost:8910/a?state', /has a parameter "state"/],
    ['http://localhost:8910/a?%65rror=1', /has a parameter "error"/],
  ] as const) {
    test(`cannot be "${uri}"`, () => {
      assert.throws(() => parseRedirectUri(uri), {
        code: 'invalid_redirect_uri',
        exitCode: 2,
        message: rule,
      })
    })
  }

  test('is not repeated with the password in it', () => {
    assert.throws(
      () => parseRedirectUri('http://user:hunter2@localhost/a'),
      (error: Error) => {
        assert.doesNotMatch(error.message, /user|hunter2/)
        return true
      },
    )
  })

  test('is not repeated with the code in it', () => {
    assert.throws(
      () => parseRedirectUri('http://localhost/a?code=1.2.abc'),
      (error: Error) => {
        assert.doesNotMatch(error.message, /1\.2\.abc/)
        return true
      },
    )
  })

  test('that is very long is not repeated in full', () => {
    assert.throws(
      () => parseRedirectUri(`x${'y'.repeat(10_000)}`),
      (error: Error) => {
        assert.ok(error.message.length < 300)
        return true
      },
    )
  })
})
