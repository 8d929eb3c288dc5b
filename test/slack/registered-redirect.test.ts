import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRegistered } from '../../src/slack/authorize/redirect-uri.ts'

// The first six are of Slack's documentation
const cases: readonly [uri: string, registered: string, expected: boolean][] = [
  ['https://example.com/path', 'https://example.com/path', true],
  ['https://example.com/path/subdir/other', 'https://example.com/path', true],
  ['http://example.com/path', 'https://example.com/path', false],
  ['https://example.com/', 'https://example.com/path', false],
  ['https://example.com:8080/path', 'https://example.com/path', false],
  ['https://oauth.example.com/path', 'https://example.com/path', false],
  ['http://localhost:8910/a/b', 'http://localhost:8910/', true],
  ['http://localhost:8910/paths', 'http://localhost:8910/path', false],
  ['http://localhost:8911/path', 'http://localhost:8910/path', false],
  ['http://127.0.0.1:8910/path', 'http://localhost:8910/path', false],
  ['http://localhost:8910/path', 'no URL', false],
]

for (const [uri, registered, expected] of cases) {
  test(`${uri} is ${expected ? '' : 'not '}covered by ${registered}`, () => {
    assert.equal(isRegistered(new URL(uri), ['https://other.example/', registered]), expected)
  })
}
