import assert from 'node:assert/strict'
import test from 'node:test'
import {
  isKnownScope,
  mergeScopes,
  splitOpenIdScopes,
  splitScopes,
} from '../../src/sandbox/authorize/scopes.ts'

const known = [
  'chat:write',
  'chat:write.public',
  'users:read.email',
  'users.profile:read',
  'admin.conversations:read',
  'app_configurations:write',
  'links.embed:write',
  'im:history',
  'commands',
  'incoming-webhook',
  'identity.basic',
  'openid',
]

for (const scope of known) {
  test(`${scope} is a scope`, () => assert.equal(isKnownScope(scope), true))
}

for (const scope of [
  'chat',
  'chat:',
  ':write',
  'chat.write',
  'Chat:write',
  'chat:write:x',
  '<b>',
]) {
  test(`${scope} is no scope`, () => assert.equal(isKnownScope(scope), false))
}

test('the v2 page takes commas, and blanks as commas', () => {
  assert.deepEqual(splitScopes('a:read, b:read c:read,,a:read'), ['a:read', 'b:read', 'c:read'])
})

test('the OpenID page takes blanks only', () => {
  assert.deepEqual(splitOpenIdScopes('openid email'), ['openid', 'email'])
  assert.deepEqual(splitOpenIdScopes('openid,email'), ['openid,email'])
})

test('a later consent adds scopes and takes none away', () => {
  assert.deepEqual(mergeScopes(['a:read', 'b:read'], ['c:read', 'a:read']), [
    'a:read',
    'b:read',
    'c:read',
  ])
})
