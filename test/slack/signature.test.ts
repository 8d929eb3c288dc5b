import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignatureVerifier, SlackOAuthError } from '../../src/index.ts'

// https://docs.slack.dev/authentication/verifying-requests-from-slack
const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5'
const timestamp = '1531420618'
const body =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'

const at = (now: number) => new SignatureVerifier({ signingSecret, now: () => now })
const verifier = at(1531420618)
const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }

describe('SignatureVerifier', () => {
  test("makes the signature of Slack's documentation", () => {
    assert.equal(verifier.generate({ timestamp, body }), signature)
    assert.equal(verifier.generate({ timestamp: 1531420618, body: Buffer.from(body) }), signature)
  })

  test("takes the request of Slack's documentation, as text and as bytes", () => {
    assert.equal(verifier.isValidRequest(body, headers), true)
    assert.equal(verifier.isValidRequest(Buffer.from(body), headers), true)
  })

  test('finds the headers in any case, of Node and of fetch', () => {
    const shouted = { 'X-SLACK-REQUEST-TIMESTAMP': timestamp, 'X-Slack-Signature': signature }
    assert.equal(verifier.isValidRequest(body, shouted), true)
    assert.equal(verifier.isValidRequest(body, new Headers(shouted)), true)
  })

  test('signs bytes, not characters', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80])
    const signed = {
      ...headers,
      'x-slack-signature': verifier.generate({ timestamp, body: bytes }),
    }
    assert.equal(verifier.isValidRequest(bytes, signed), true)
    assert.equal(verifier.isValidRequest(bytes.toString(), signed), false)
  })

  for (const [seconds, verdict] of [
    [-301, 'stale'],
    [-300, 'valid'],
    [300, 'valid'],
    [301, 'stale'],
  ] as const) {
    test(`a signature of ${seconds} seconds ago is ${verdict}`, () => {
      assert.equal(at(1531420618 + seconds).judge(body, headers), verdict)
    })
  }

  test('a missing header is told apart from a wrong one', () => {
    for (const name of ['x-slack-request-timestamp', 'x-slack-signature']) {
      assert.equal(verifier.judge(body, { ...headers, [name]: undefined }), 'missing')
      assert.equal(verifier.judge(body, { ...headers, [name]: '' }), 'missing')
    }
    assert.equal(verifier.judge(body, {}), 'missing')
    assert.equal(verifier.judge(body, new Headers()), 'missing')
  })

  test('a header that came twice is none', () => {
    const twice = { ...headers, 'x-slack-signature': [signature, signature] }
    assert.equal(verifier.isValidRequest(body, twice), false)
    const joined = { ...headers, 'x-slack-signature': `${signature}, ${signature}` }
    assert.equal(verifier.isValidRequest(body, joined), false)
  })

  for (const text of ['1531420618.0', '+1531420618', '-1', '0x5b47a0ca', '1e9', 'NaN', 'now']) {
    test(`a timestamp of ${text} is forged, also when it is signed`, () => {
      const forged = {
        'x-slack-request-timestamp': text,
        'x-slack-signature': verifier.generate({ timestamp: text, body }),
      }
      assert.equal(verifier.judge(body, forged), 'forged')
    })
  }

  test('a signature that differs in one character, or has one fewer or more, is forged', () => {
    const forgeries = [...signature].map((character, index) => {
      const other = character === '0' ? '1' : '0'
      return signature.slice(0, index) + other + signature.slice(index + 1)
    })
    forgeries.push(signature.slice(0, -1), `${signature}0`, signature.toUpperCase(), 'v0=', 'v0')
    for (const forged of forgeries) {
      const with_ = { ...headers, 'x-slack-signature': forged }
      assert.equal(verifier.judge(body, with_), 'forged', forged)
    }
  })

  test('a body that differs in one bit is forged', () => {
    for (let index = 0; index < body.length; index += 7) {
      const changed = Buffer.from(body)
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8))
      assert.equal(verifier.judge(changed, headers), 'forged')
    }
  })

  test('a timestamp moved into the body does not keep the signature', () => {
    const moved = { ...headers, 'x-slack-request-timestamp': timestamp.slice(0, -1) }
    assert.notEqual(verifier.judge(`8:${body}`, moved), 'valid')
  })

  test('random headers and bodies are never valid, and never thrown at', () => {
    for (let round = 0; round < 500; round++) {
      const noise = randomBytes(round % 80).toString('latin1')
      const random = {
        'x-slack-request-timestamp': round % 2 === 0 ? timestamp : noise,
        'x-slack-signature': round % 3 === 0 ? `v0=${noise}` : noise,
      }
      assert.equal(verifier.isValidRequest(noise, random), false)
    }
  })

  test('another secret makes another signature', () => {
    const other = new SignatureVerifier({ signingSecret: 'other', now: () => 1531420618 })
    assert.equal(other.judge(body, headers), 'forged')
  })

  test('no secret is an error: anybody could sign with it', () => {
    assert.throws(
      () => new SignatureVerifier({ signingSecret: '' }),
      (error) => error instanceof SlackOAuthError && error.code === 'missing_setting',
    )
  })
})
