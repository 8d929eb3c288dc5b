import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DEFAULT_REDIRECT_URI,
  parseRedirectUri,
  redirectUriDoubts,
} from '../../src/slack/authorize/redirect-uri.ts'

describe('a redirect URI', () => {
  for (const uri of [
    DEFAULT_REDIRECT_URI,
    'http://localhost:8910/',
    'http://localhost/slack/oauth_redirect',
    'http://127.0.0.1:8910/a/b',
    'http://[::1]:8910/a',
    'http://localhost:8910/a?x=1&y=2',
    'http://localhost:8910/a?codes=1',
    'https://localhost:8910/a',
    'https://[::1]:8910/a',
    'https://relay.example.com/slack/oauth_redirect',
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
    ['https://*.example.com/a', /has a wildcard/],
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

describe('a redirect URI that Slack may or may not take', () => {
  for (const [uri, doubt] of [
    ['http://127.0.0.1:8910/a', /says nothing of 127\.0\.0\.1/],
    ['http://[::1]:8910/a', /says nothing of \[::1\]/],
    ['http://localhost:8910/a?x=1', /a query/],
    [`https://example.com/${'a'.repeat(1_000)}`, /1020 characters may be too long/],
  ] as const) {
    test(`is ${uri.slice(0, 60)}`, () => {
      assert.match(redirectUriDoubts(parseRedirectUri(uri)).join(), doubt)
    })
  }

  for (const uri of [DEFAULT_REDIRECT_URI, 'https://127.0.0.1:8910/a', 'https://example.com/a']) {
    test(`is not ${uri}`, () => {
      assert.deepEqual(redirectUriDoubts(parseRedirectUri(uri)), [])
    })
  }
})
