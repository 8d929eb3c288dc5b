import assert from 'node:assert/strict'
import test from 'node:test'
import {
  isRegistrableRedirectUri,
  matchRedirectUri,
} from '../../src/sandbox/authorize/redirect-uri.ts'

// The first eight are the table of Slack's "Installing with OAuth".
const table = [
  ['https://example.com/path', 'https://example.com/path', true],
  ['https://example.com/path', 'https://example.com/path/subdir/other', true],
  ['https://example.com/path', 'http://example.com/bar', false],
  ['https://example.com/path', 'http://example.com/', false],
  ['https://example.com/path', 'http://example.com:8080/path', false],
  ['https://example.com/path', 'https://example.com:8080/path', false],
  ['https://example.com/path', 'http://oauth.example.com:8080/path', false],
  ['https://example.com/path', 'http://example.org', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback', true],
  ['http://localhost:3118/callback', 'http://localhost:8000/callback', false],
  ['http://localhost:3118/callback', 'http://127.0.0.1:3118/callback', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/oauth/callback', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback2', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback/', true],
  ['http://localhost:3118/callback/', 'http://localhost:3118/callback', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback?from=cli', true],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback#part', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback#', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback/../other', false],
  ['http://localhost:3118/callback', 'http://localhost:3118/callback/%2e%2e/other', false],
  ['http://localhost:3118/callback', 'http://user@localhost:3118/callback', false],
  ['http://localhost:3118/callback', 'http:\\\\localhost:3118\\callback', false],
  ['http://localhost:3118/callback', ' http://localhost:3118/callback', false],
  ['http://localhost:3118/callback', 'http://localhost:3118.evil.test/callback', false],
  ['http://localhost:3118/', 'http://localhost:3118/any/path', true],
  ['http://localhost:3118', 'http://localhost:3118/any/path', true],
  ['https://example.com', 'https://example.com:443/', true],
  ['https://example.com/a?b=c', 'https://example.com/a', false],
  ['myapp://auth', 'myapp://auth', true],
  ['myapp://auth', 'myapp://auth/deeper', true],
  ['myapp://auth', 'myapp://other', false],
  ['myapp://auth', 'otherapp://auth', false],
] as const

for (const [configured, passed, expected] of table) {
  test(`${passed} ${expected ? 'matches' : 'does not match'} ${configured}`, () => {
    assert.equal(matchRedirectUri(passed, [configured]), expected)
  })
}

test('any one of the configured URIs will do', () => {
  const configured = ['http://localhost:4318/cb', 'http://localhost:4319/cb']
  assert.equal(matchRedirectUri('http://localhost:4319/cb', configured), true)
})

test('nothing matches an app without redirect URIs', () => {
  assert.equal(matchRedirectUri('http://localhost:4319/cb', []), false)
})

const registrable = [
  ['https://example.com/cb', true],
  ['https://localhost:3000/cb', true],
  ['http://localhost:3000/cb', true],
  ['http://127.0.0.1:3000/cb', true],
  ['myapp://auth', true],
  ['http://example.com/cb', false],
  ['http://localhost:3000/cb#part', false],
  ['localhost', false],
] as const

for (const [uri, expected] of registrable) {
  test(`an app ${expected ? 'takes' : 'does not take'} the redirect URI ${uri}`, () => {
    assert.equal(isRegistrableRedirectUri(uri), expected)
  })
}
