import assert from 'node:assert/strict'
import test from 'node:test'
import type { IdTokenFault, Sandbox } from '../../src/sandbox/sandbox.ts'
import { call, start } from './client.ts'
import { type DecodedToken, decode, signIn } from './sign-in.ts'

const now = () => Date.now() / 1000

/** What is wrong with each; all else in them is right. */
const faults: Record<
  Exclude<IdTokenFault, 'missing'>,
  (token: DecodedToken, sandbox: Sandbox) => boolean
> = {
  'wrong-nonce': ({ claims, isSigned }) => isSigned && claims.nonce !== 'the-nonce',
  'wrong-audience': ({ claims, isSigned }) => isSigned && claims.aud !== '1111111111.2222222222',
  'wrong-issuer': ({ claims, isSigned }, { url }) => isSigned && claims.iss !== url,
  'wrong-key': ({ header, isSigned }) => !isSigned && header.alg === 'RS256',
  'unknown-kid': ({ header, isSigned }) => !isSigned && header.kid.length === 43,
  'alg-none': ({ header }) => header.alg === 'none',
  'alg-hs256': ({ header }) => header.alg === 'HS256',
  expired: ({ claims, isSigned }) => isSigned && claims.exp < now() - 3000,
  'issued-in-future': ({ claims, isSigned }) => isSigned && claims.iat > now() + 3000,
  'wrong-at-hash': ({ claims, isSigned }) => isSigned && claims.at_hash.length === 22,
  'wrong-subject': ({ claims, isSigned }) => isSigned && claims.sub !== 'U0ALICE0001',
}

for (const [name, isSpoiled] of Object.entries(faults)) {
  test(`an ID token can be spoiled: ${name}`, async (t) => {
    const sandbox = await start(t)
    const fault = Object.keys(faults).find((key): key is keyof typeof faults => key === name)
    assert.ok(fault)
    sandbox.inject({ method: 'openid.connect.token', kind: 'id-token', fault, times: 1 })

    const { id_token } = await signIn(sandbox, { nonce: 'the-nonce' })

    assert.ok(isSpoiled(await decode(sandbox, id_token), sandbox))
  })
}

test('an unknown kid is not in the JWKS, a wrong key has one that is', async (t) => {
  const sandbox = await start(t)
  const { keys } = await (await fetch(`${sandbox.url}/openid/connect/keys`)).json()
  const method = 'openid.connect.token'
  sandbox.inject({ method, kind: 'id-token', fault: 'unknown-kid', times: 1 })
  sandbox.inject({ method, kind: 'id-token', fault: 'wrong-key', times: 1 })

  const unknown = await decode(sandbox, (await signIn(sandbox)).id_token)
  const wrong = await decode(sandbox, (await signIn(sandbox)).id_token)

  assert.notEqual(unknown.header.kid, keys[0].kid)
  assert.equal(wrong.header.kid, keys[0].kid)
})

test('an ID token can be missing', async (t) => {
  const sandbox = await start(t)
  sandbox.inject({ method: 'openid.connect.token', kind: 'id-token', fault: 'missing' })

  const answer = await signIn(sandbox)

  assert.equal(answer.ok, true)
  assert.equal('id_token' in answer, false)
})

test('userInfo can be about somebody else', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await signIn(sandbox)
  sandbox.inject({ method: 'openid.connect.userInfo', kind: 'id-token', fault: 'wrong-subject' })

  const { sub } = await call(sandbox, 'openid.connect.userInfo', { token: access_token })

  assert.notEqual(sub, 'U0ALICE0001')
})

test('a method that gives no ID token takes no such fault', async (t) => {
  const sandbox = await start(t)

  assert.throws(
    () => sandbox.inject({ method: 'auth.test', kind: 'id-token', fault: 'missing' }),
    /gives no ID token/,
  )
})
