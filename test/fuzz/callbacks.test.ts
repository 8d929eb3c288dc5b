import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  boundState,
  browserSecret,
  newBrowserSecret,
  setCookie,
  storedState,
} from '../../src/flows/authorize/browser-states.ts'
import { readCallback } from '../../src/slack/authorize/callback.ts'
import { readPastedRedirect } from '../../src/slack/authorize/pasted-redirect.ts'
import { fuzz, SECRET } from './fuzz.ts'

const REDIRECT_URI = 'http://localhost:8910/slack/oauth_redirect'
const STATE = 'qZ3v9yIu0Qm8Hc5sT1bWn6RkXe2LfAoJdPg4UVtYx7M'
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('state', 'code', 'error') },
  { weight: 1, arbitrary: fc.constantFrom('State', 'state[]', ' state', 'error_description', '') },
  { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
)
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constant(STATE) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ` ${STATE}`,
      `${STATE} `,
      `${STATE}\0`,
      STATE.toLowerCase(),
      STATE.slice(1),
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
)
const pairs = fc.array(fc.tuple(name, value), { maxLength: 5 })

fuzz(
  'a redirect counts only with our state, once, and no parameter twice',
  fc.property(pairs, (given) => {
    const said = readCallback(new URLSearchParams(given), STATE)
    const names = given.map(([each]) => each)
    const isUnique = new Set(names).size === names.length
    const [, state] = given.find(([each]) => each === 'state') ?? []
    assert.equal(said.kind !== 'stray', isUnique && state === STATE)
    const errors = given.filter(([each, what]) => each === 'error' && what !== '')
    if (said.kind === 'code') assert.deepEqual(errors, [])
  }),
)

fuzz(
  'any query at all is read without a fault, and none ends the wait without our state',
  fc.property(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc
        .array(
          fc.constantFrom(
            'state',
            'code',
            'error',
            '=',
            '&',
            '%',
            '%00',
            '%ff',
            '+',
            ';',
            '?',
            '#',
            'a',
          ),
          { maxLength: 20 },
        )
        .map((parts) => parts.join('')),
    ),
    (query) => {
      const said = readCallback(new URLSearchParams(query), STATE)
      if (!query.includes(STATE.slice(0, 8))) assert.equal(said.kind, 'stray')
    },
  ),
)

fuzz(
  "serve: a state counts in the browser it was given to, and no other browser's cookie opens it",
  fc.property(
    fc.boolean(),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('', ';', 'slack-oauth-browser=', 'slack-oauth-browser=x'),
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
    (isSecure, noise, forged) => {
      const [own, other] = [newBrowserSecret(), newBrowserSecret()]
      const [cookie = ''] = setCookie(own, isSecure).split(';')
      assert.equal(browserSecret(cookie, isSecure), own)
      const state = boundState(STATE, own, REDIRECT_URI)
      assert.equal(storedState(state), STATE)
      assert.equal(
        readCallback(
          new URLSearchParams({ state, code: 'c' }),
          boundState(STATE, own, REDIRECT_URI),
        ).kind,
        'code',
      )
      assert.equal(
        readCallback(
          new URLSearchParams({ state, code: 'c' }),
          boundState(STATE, other, REDIRECT_URI),
        ).kind,
        'stray',
      )
      const wrong = new URLSearchParams({ state: forged, code: 'c' })
      assert.equal(
        readCallback(wrong, boundState(storedState(forged), own, REDIRECT_URI)).kind,
        'stray',
      )
      const found = browserSecret(noise, isSecure)
      assert.ok(found === undefined || /^[\w-]{43}$/.test(found))
      // http has no way to keep the cookie from other hosts, https has: neither is taken for the other
      assert.equal(browserSecret(cookie, !isSecure), undefined)
    },
  ),
)

const redirectUri = new URL('http://localhost:8910/slack/oauth_redirect')
const pasted = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'http://',
        'https://',
        'localhost:8910',
        '/slack/oauth_redirect',
        '?',
        '&',
        '#',
        'code=',
        'state=',
        'error=',
        STATE,
        SECRET,
        '\u001b[200~',
        '\u001b[201~',
        '\n',
        ' ',
        '"',
        '<',
        '>',
        '%',
        '@',
        ':',
        '//',
        '[',
        ']',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

fuzz(
  'a pasted text is a redirect of ours or a problem in words that repeat none of it',
  fc.property(pasted, (text) => {
    const read = readPastedRedirect(text, redirectUri)
    if ('problem' in read) {
      assert.ok(!read.problem.includes(SECRET))
      return
    }
    assert.ok(read.parameters.has('code') || read.parameters.has('error'))
    if (!text.includes(STATE)) assert.equal(readCallback(read.parameters, STATE).kind, 'stray')
  }),
)
