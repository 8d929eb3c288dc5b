import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readPastedRedirect } from '../../src/slack/authorize/pasted-redirect.ts'

const redirectUri = new URL('http://localhost:8910/slack/oauth_redirect')
const address = `${redirectUri}?code=1.2.abc&state=s`

describe('what is pasted', () => {
  for (const text of [
    address,
    `  ${address} \r\n`,
    `<${address}>`,
    `"${address}"`,
    `'${address}'`,
    `\u001b[200~${address}\u001b[201~`,
    address.replace('http://', ''),
    `${address}#fragment`,
    '?code=1.2.abc&state=s',
    'code=1.2.abc&state=s',
    '/slack/oauth_redirect?code=1.2.abc&state=s',
  ]) {
    test(`may be ${JSON.stringify(text)}`, () => {
      const read = readPastedRedirect(text, redirectUri)
      assert.ok('parameters' in read)
      assert.equal(read.parameters.get('code'), '1.2.abc')
      assert.equal(read.parameters.get('state'), 's')
    })
  }

  for (const [text, problem] of [
    ['', /empty/],
    ['1.2.abc', /has no state/],
    ['hello there', /has no state/],
    ['https://slack.com/oauth/v2/authorize?state=s&client_id=1', /not where Slack sends you/],
    ['http://localhost:8911/slack/oauth_redirect?code=1&state=s', /not where Slack sends you/],
    ['https://localhost:8910/slack/oauth_redirect?code=1&state=s', /not where Slack sends you/],
    ['http://localhost:8910/other?code=1&state=s', /not where Slack sends you/],
    ['http://', /not where Slack sends you/],
    [`${redirectUri}?state=s`, /neither a code nor an error/],
    [redirectUri.href, /neither a code nor an error/],
    ['state=s', /neither a code nor an error/],
  ] as const) {
    test(`is answered when it is ${JSON.stringify(text)}`, () => {
      const read = readPastedRedirect(text, redirectUri)
      assert.ok('problem' in read)
      assert.match(read.problem, problem)
      assert.match(read.problem, /begins with http:\/\/localhost:8910\/slack\/oauth_redirect\?$/)
    })
  }

  test('is never repeated in the answer', () => {
    const read = readPastedRedirect('http://evil.example/?code=1.2.abc', redirectUri)
    assert.doesNotMatch(JSON.stringify(read), /1\.2\.abc|evil/)
  })

  test('is read back as it was, with everything in it', () => {
    const read = readPastedRedirect(`${redirectUri}?error=access_denied&state=s&code=`, redirectUri)
    assert.ok('parameters' in read)
    assert.deepEqual([...read.parameters.keys()], ['error', 'state', 'code'])
  })
})
