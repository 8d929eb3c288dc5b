import assert from 'node:assert/strict'
import test from 'node:test'
import { parseFault } from '../../src/sandbox/sandbox.ts'

const understood = [
  ['auth.test=error:invalid_auth', { method: 'auth.test', kind: 'error', error: 'invalid_auth' }],
  [
    'oauth.v2.access=status:429:30*1',
    { method: 'oauth.v2.access', times: 1, kind: 'status', status: 429, retryAfter: 30 },
  ],
  ['auth.test=status:503', { method: 'auth.test', kind: 'status', status: 503 }],
  ['*=html', { method: '*', kind: 'html' }],
  ['*=hang-up*3', { method: '*', times: 3, kind: 'hang-up' }],
  ['openid.keys=delay:1.5', { method: 'openid.keys', kind: 'delay', seconds: 1.5 }],
  ['auth.test=truncate', { method: 'auth.test', kind: 'truncate' }],
  ['auth.test=silence', { method: 'auth.test', kind: 'silence' }],
  ['oauth.v2.access=drop-answer*1', { method: 'oauth.v2.access', times: 1, kind: 'drop-answer' }],
  [
    'openid.connect.token=id-token:wrong-nonce',
    { method: 'openid.connect.token', kind: 'id-token', fault: 'wrong-nonce' },
  ],
  [
    'oauth.v2.access=patch:{"team":null,"a":"b*2"}*2',
    { method: 'oauth.v2.access', times: 2, kind: 'patch', patch: { team: null, a: 'b*2' } },
  ],
] as const

for (const [text, fault] of understood) {
  test(`${text} is understood`, () => assert.deepEqual(parseFault(text), fault))
}

const refused = [
  ['auth.test', /expected METHOD=KIND/],
  ['=error:x', /expected METHOD=KIND/],
  ['auth.test=explode', /there is no fault "explode"/],
  ['auth.test=error', /error needs a word/],
  ['auth.test=status:many', /status: "many" is not a number/],
  ['auth.test=delay', /delay: "" is not a number/],
  ['auth.test=hang-up:now', /hang-up takes no argument/],
  ['openid.connect.token=id-token:blue', /id-token has no fault "blue"/],
  ['auth.test=patch:[1]', /patch needs a JSON object/],
  ['auth.test=patch:{', /patch needs a JSON object/],
  ['auth.test=hang-up*0', /times must be/],
] as const

for (const [text, message] of refused) {
  test(`${text} is refused`, () => assert.throws(() => parseFault(text), message))
}
