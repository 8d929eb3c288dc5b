import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { proxyFor, proxyName } from '../../src/slack/client/proxy.ts'

const SLACK = 'https://slack.com'
const nameFor = (origin: string, env: Record<string, string>) => {
  const proxy = proxyFor(origin, env)
  return proxy && `${proxyName(proxy)} of ${proxy.setting}`
}

test('without a setting there is no proxy', () => {
  assert.equal(nameFor(SLACK, {}), undefined)
  assert.equal(nameFor(SLACK, { HTTPS_PROXY: ' ', HTTP_PROXY: 'http://p:1' }), undefined)
})

test('the small name counts before the large one, the one for https before the one for all', () => {
  const env = {
    https_proxy: 'http://a:1',
    HTTPS_PROXY: 'http://b:1',
    all_proxy: 'http://c:1',
    ALL_PROXY: 'http://d:1',
  }
  const found = Object.keys(env).map((_, index) =>
    nameFor(SLACK, Object.fromEntries(Object.entries(env).slice(index))),
  )
  assert.deepEqual(found, [
    'http://a:1 of https_proxy',
    'http://b:1 of HTTPS_PROXY',
    'http://c:1 of all_proxy',
    'http://d:1 of ALL_PROXY',
  ])
})

const leftOut = [
  'slack.com',
  'SLACK.COM',
  '.slack.com',
  '*.slack.com',
  'com',
  '*',
  'slack.com:443',
  'example.com, slack.com',
  'example.com slack.com',
]
for (const list of leftOut) {
  test(`NO_PROXY=${list} leaves slack.com out`, () => {
    assert.equal(nameFor(SLACK, { HTTPS_PROXY: 'http://p:1', NO_PROXY: list }), undefined)
    assert.equal(nameFor(SLACK, { HTTPS_PROXY: 'http://p:1', no_proxy: list }), undefined)
  })
}

for (const list of ['', ',', '.', 'lack.com', 'my.slack.com', 'slack.com:8443', 'slack.co', '*.']) {
  test(`NO_PROXY=${list} does not leave slack.com out`, () => {
    const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: list }
    assert.equal(nameFor(SLACK, env), 'http://p:1 of HTTPS_PROXY')
  })
}

test('a name in NO_PROXY stands for what is below it', () => {
  const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'slack.com' }
  assert.equal(nameFor('https://dev.slack.com', env), undefined)
  assert.notEqual(nameFor('https://slack-gov.com', env), undefined)
})

for (const origin of [
  'http://localhost:8911',
  'http://127.0.0.1:1',
  'http://[::1]:1',
  'https://localhost',
]) {
  test(`${origin} is never asked through a proxy`, () => {
    const env = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1', ALL_PROXY: 'http://p:1' }
    assert.equal(nameFor(origin, env), undefined)
  })
}

for (const proxy of ['socks5://me:hush@p:1', 'ftp://me:hush@p', 'http://me:hush@', 'me:hush@p:x']) {
  test(`a proxy like ${proxy.replace('hush', '…')} is refused, and not repeated whole`, () => {
    assert.throws(
      () => proxyFor(SLACK, { HTTPS_PROXY: proxy }),
      (error) => {
        assert.ok(error instanceof SlackOAuthError)
        assert.equal(error.code, 'usage')
        assert.match(error.message, /of HTTPS_PROXY/)
        assert.doesNotMatch(`${error.message}${error.hint}`, /hush/)
        return true
      },
    )
  })
}

test('a proxy is named without its credentials', () => {
  assert.equal(
    nameFor(SLACK, { HTTPS_PROXY: 'me:hush@proxy.example:3128' }),
    'http://proxy.example:3128 of HTTPS_PROXY',
  )
})
