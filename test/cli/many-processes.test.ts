import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installed, works } from '../support/installed.ts'
import { assertUsable, renewalRound } from '../support/renewal-round.ts'

test('fifty processes at once, on the hour at which the token expires, print one token', async (t) => {
  const app = await installed(t)

  const { exchanges, tokens, failures } = await renewalRound(app, 50)

  assert.deepEqual(failures, [])
  assert.equal(exchanges, 1)
  assert.equal(tokens.length, 50)
  assert.equal(new Set(tokens).size, 1)
  assert.ok(await works(app, tokens[0] ?? ''))
})

test('of thirty processes, those that are not killed print a token that works', async (t) => {
  const app = await installed(t)

  // The one that renews is in the middle of it when it is killed, more often than not
  for (const kind of ['delay', 'drop-answer'] as const) {
    app.slack.inject({ method: 'oauth.v2.access', kind, seconds: 1, times: 2 })
    const { tokens, failures } = await renewalRound(app, 30, { kill: 20 })
    assert.deepEqual(failures, [])
    for (const token of new Set(tokens)) assert.ok(await works(app, token))
    await assertUsable(app)
  }
})
