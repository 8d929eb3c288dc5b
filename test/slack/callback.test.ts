import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Callback, readCallback } from '../../src/slack/authorize/callback.ts'

const STATE = 'qZ3v9yIu0Qm8Hc5sT1bWn6RkXe2LfAoJdPg4UVtYx7M'

function read(query: string): Callback {
  return readCallback(new URLSearchParams(query), STATE)
}

const cases: readonly [string, string, Callback['kind'], string][] = [
  ['a code with our state is the code', `code=1.2.a&state=${STATE}`, 'code', '1.2.a'],
  ['an encoded code is decoded', `code=1%2B2&state=${STATE}`, 'code', '1+2'],
  [
    'an error with our state is the error',
    `error=access_denied&state=${STATE}`,
    'error',
    'access_denied',
  ],
  [
    'an error goes before a code',
    `code=1&error=server_error&state=${STATE}`,
    'error',
    'server_error',
  ],
  ['an empty error is none', `code=1&error=&state=${STATE}`, 'code', '1'],
  ['our state without a code is ours, and has none', `state=${STATE}`, 'no-code', 'no-code'],
  [
    'our state with an empty code is ours, and has none',
    `code=&state=${STATE}`,
    'no-code',
    'no-code',
  ],
  ['a parameter that we do not know is let be', `code=1&state=${STATE}&x=y`, 'code', '1'],
  ['a code without a state is stray', 'code=1', 'stray', 'it carries no state'],
  ['a code with an empty state is stray', 'code=1&state=', 'stray', 'it carries no state'],
  ['an error without a state is stray', 'error=access_denied', 'stray', 'it carries no state'],
  ['nothing at all is stray', '', 'stray', 'it carries no state'],
  [
    'a state in capitals is another',
    `code=1&state=${STATE.toUpperCase()}`,
    'stray',
    'its state is not the one of this request',
  ],
  [
    'a state with something after it is another',
    `code=1&state=${STATE}a`,
    'stray',
    'its state is not the one of this request',
  ],
  [
    'the beginning of our state is another',
    `code=1&state=${STATE.slice(0, -1)}`,
    'stray',
    'its state is not the one of this request',
  ],
  [
    'an error with another state is stray',
    'error=access_denied&state=x',
    'stray',
    'its state is not the one of this request',
  ],
  [
    'our state twice is stray',
    `code=1&state=${STATE}&state=${STATE}`,
    'stray',
    'it repeats a parameter',
  ],
  [
    'another state beside ours is stray',
    `code=1&state=x&state=${STATE}`,
    'stray',
    'it repeats a parameter',
  ],
  ['two codes are stray', `code=1&code=2&state=${STATE}`, 'stray', 'it repeats a parameter'],
  ['a repeat is seen before a missing state', 'code=1&code=2', 'stray', 'it repeats a parameter'],
  [
    'a repeat is seen before a wrong state',
    'error=a&error=b&state=x',
    'stray',
    'it repeats a parameter',
  ],
  [
    'a repeat of what we do not know is stray',
    `code=1&state=${STATE}&x=1&x=1`,
    'stray',
    'it repeats a parameter',
  ],
]

for (const [name, query, kind, value] of cases) {
  test(name, () => {
    const callback = read(query)

    assert.equal(callback.kind, kind)
    assert.ok(Object.values(callback).includes(value), JSON.stringify(callback))
  })
}

test('a state with letters of several bytes is compared without an error', () => {
  assert.equal(read(`code=1&state=${'é'.repeat(STATE.length)}`).kind, 'stray')
  assert.equal(read(`code=1&state=${'é'.repeat((STATE.length - 1) / 2)}a`).kind, 'stray')
})
