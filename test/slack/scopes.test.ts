import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  assertInstallable,
  missingScopes,
  parseScopes,
  splitScopes,
} from '../../src/slack/authorize/scopes.ts'

describe('a list of scopes', () => {
  for (const [how, lists, scopes] of [
    ['by commas', ['chat:write,channels:read'], ['chat:write', 'channels:read']],
    ['by spaces', ['chat:write  channels:read'], ['chat:write', 'channels:read']],
    ['by both', [' chat:write, channels:read ,'], ['chat:write', 'channels:read']],
    ['over several options', ['b:x', 'a:y,c'], ['b:x', 'a:y', 'c']],
    ['with repeats, which are dropped', ['a,b,a', 'b'], ['a', 'b']],
    ['by nothing', ['', ' , '], []],
    ['in no option at all', [], []],
    [
      'with dots and underscores',
      ['users.profile:read,admin_x'],
      ['users.profile:read', 'admin_x'],
    ],
  ] as const) {
    test(`is read when separated ${how}`, () => {
      assert.deepEqual(parseScopes(lists), scopes)
    })
  }

  for (const bad of [
    'chat;write',
    'chat:write&team=T1',
    '1chat',
    ':x',
    '"a"',
    'a\nb',
    'a\n',
    'é',
  ]) {
    test(`is refused for ${JSON.stringify(bad)}, which is named`, () => {
      assert.throws(
        () => parseScopes(['chat:write', bad]),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'invalid_scope')
          assert.ok(error.message.includes(JSON.stringify(bad)))
          return true
        },
      )
    })
  }
})

describe('an installation', () => {
  test('can ask for bot scopes, user scopes or both', () => {
    assertInstallable(['chat:write'], [])
    assertInstallable([], ['users.profile:read'])
    assertInstallable(['users:read.email'], ['im:read'])
  })

  test('has to ask for something', () => {
    assert.throws(() => assertInstallable([], []), { code: 'missing_setting' })
  })

  for (const scope of ['openid', 'email', 'profile', 'identity.basic']) {
    test(`cannot ask for "${scope}", as bot or as user`, () => {
      const refused = { code: 'invalid_scope', hint: 'slack-oauth signin' }
      assert.throws(() => assertInstallable(['chat:write', scope], []), refused)
      assert.throws(() => assertInstallable(['chat:write'], [scope]), refused)
    })
  }
})

test("the scopes in Slack's answers are separated by commas, or there are none", () => {
  assert.deepEqual(splitScopes('identify,users:read'), ['identify', 'users:read'])
  assert.deepEqual(splitScopes('openid email'), ['openid', 'email'])
  for (const none of ['', ',', null, undefined]) assert.deepEqual(splitScopes(none), [])
})

test('missing are the wanted scopes that were not granted, in the order of asking', () => {
  assert.deepEqual(missingScopes(['c', 'a', 'b'], ['a', 'x']), ['c', 'b'])
  assert.deepEqual(missingScopes(['a'], ['b', 'a']), [])
  assert.deepEqual(missingScopes([], ['a']), [])
})
