import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { BrowserStates } from '../../src/index.ts'
import { temporaryStore } from '../support/serving.ts'

const redirectUri = 'http://localhost:3000/callback'
const cookieOf = (setCookie: string) => setCookie.split(';', 1)[0]
const answer = (state: string, more = 'code=c') => new URLSearchParams(`state=${state}&${more}`)

test('a callback is good once, in the browser that it was begun in', async (t) => {
  const states = new BrowserStates((await temporaryStore(t)).states, { redirectUri })
  const { state, nonce, codeChallenge, setCookie } = await states.issue(undefined)
  const { setCookie: elsewhere } = await states.issue(undefined)

  for (const cookie of [undefined, '', 'a=b', cookieOf(elsewhere)]) {
    await assert.rejects(states.consume(answer(state), cookie), { code: 'wrong_state' })
  }
  const cookie = `other=1; ${cookieOf(setCookie)}; more=2`
  const { codeVerifier, ...taken } = await states.consume(answer(state), cookie)
  assert.deepEqual(taken, { code: 'c', nonce })
  assert.equal(createHash('sha256').update(codeVerifier).digest('base64url'), codeChallenge)
  await assert.rejects(states.consume(answer(state), cookie), { code: 'wrong_state', exitCode: 4 })
})

test('a state is for one redirect URI, and one that no browser was given is taken in none', async (t) => {
  const store = await temporaryStore(t)
  const [here, there] = ['https://a.example/install', 'https://a.example/signin'].map(
    (uri) => new BrowserStates(store.states, { redirectUri: uri }),
  )
  const issued = await here?.issue(undefined)
  const cookie = cookieOf(issued?.setCookie ?? '')
  await assert.rejects(there?.consume(answer(issued?.state ?? ''), cookie) ?? Promise.resolve(), {
    code: 'wrong_state',
  })
  assert.equal((await here?.consume(answer(issued?.state ?? ''), cookie))?.code, 'c')
  const unbound = await store.states.issue()
  await assert.rejects(here?.consume(answer(unbound), cookie) ?? Promise.resolve(), {
    code: 'wrong_state',
  })
})

test('a browser keeps its cookie, and has another state and nonce in each tab', async (t) => {
  const states = new BrowserStates((await temporaryStore(t)).states, { redirectUri })
  const first = await states.issue(undefined)
  const second = await states.issue(cookieOf(first.setCookie))

  assert.equal(second.setCookie, first.setCookie)
  assert.notEqual(second.state, first.state)
  assert.notEqual(second.nonce, first.nonce)
  assert.ok(!first.state.includes(first.nonce))
  for (const { state, nonce } of [second, first]) {
    const taken = await states.consume(answer(state), cookieOf(first.setCookie))
    assert.equal(taken.nonce, nonce)
  }
})

test('a callback with an error or without a code spends its state too', async (t) => {
  const states = new BrowserStates((await temporaryStore(t)).states, { redirectUri })
  const cases = [
    ['error=access_denied', 'access_denied'],
    ['', 'authorization_failed'],
  ] as const
  for (const [more, code] of cases) {
    const { state, setCookie } = await states.issue(undefined)
    const again = () => states.consume(answer(state, more), cookieOf(setCookie))
    await assert.rejects(again(), { code })
    await assert.rejects(again(), { code: 'wrong_state' })
  }
})

test('an error with a state of nobody says nothing, and a state that is repeated neither', async (t) => {
  const states = new BrowserStates((await temporaryStore(t)).states, { redirectUri })
  const { state, setCookie } = await states.issue(undefined)
  for (const query of ['error=access_denied', `error=access_denied&state=${state}x`]) {
    const parameters = new URLSearchParams(query)
    await assert.rejects(states.consume(parameters, cookieOf(setCookie)), { code: 'wrong_state' })
  }
  const twice = answer(state, `code=c&state=${state}`)
  await assert.rejects(states.consume(twice, cookieOf(setCookie)), { code: 'wrong_state' })
  assert.equal((await states.consume(answer(state), cookieOf(setCookie))).code, 'c')
})

test('over https the cookie is kept from every other host', async (t) => {
  const { states: stored } = await temporaryStore(t)
  const secure = new BrowserStates(stored, { redirectUri: 'https://app.example.com/callback' })
  const { setCookie } = await secure.issue(undefined)
  assert.match(setCookie, /^__Host-[\w-]+=[\w-]{43}; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/)
  const plain = new BrowserStates(stored, { redirectUri })
  assert.doesNotMatch((await plain.issue(undefined)).setCookie, /Secure|__Host/)
})
