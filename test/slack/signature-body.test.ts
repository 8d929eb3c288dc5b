import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SignatureVerifier } from '../../src/index.ts'

const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5'
const timestamp = '1531420618'
const body = 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J'
// By hand, as Slack's page has it: https://docs.slack.dev/authentication/verifying-requests-from-slack
const signature = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`
const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
const verifier = new SignatureVerifier({ signingSecret, now: () => 1531420618 })

test('a body is judged as a string and as bytes', () => {
  for (const raw of [body, Buffer.from(body), new TextEncoder().encode(body)]) {
    assert.equal(verifier.isValidRequest(raw, headers), true)
  }
  assert.equal(verifier.isValidRequest(`${body} `, headers), false)
})

test('a body that is not as it came is an error that says how to get the raw bytes, not a forged request', () => {
  const bytes = new TextEncoder().encode(body)
  for (const [parsed, hint] of [
    [{ token: 'xyzz' }, /express\.raw|request\.text\(\)/],
    [undefined, /express\.raw|request\.text\(\)/],
    [null, /express\.raw|request\.text\(\)/],
    [42, /express\.raw|request\.text\(\)/],
    [bytes.buffer, /new Uint8Array/],
  ] as const) {
    for (const judged of [
      () => verifier.isValidRequest(parsed as never, headers),
      () => verifier.judge(parsed as never, {}),
      () => verifier.generate({ timestamp, body: parsed as never }),
    ]) {
      assert.throws(judged, { code: 'usage', exitCode: 2, hint })
    }
  }
})
