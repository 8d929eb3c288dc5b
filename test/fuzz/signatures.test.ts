import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { readPayload } from '../../src/serve/payloads/payload.ts'
import { SignatureVerifier } from '../../src/slack/signature-verifier.ts'
import { fuzz, nearly } from './fuzz.ts'

const NOW = 1_800_000_000
const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5'
const verifier = new SignatureVerifier({ signingSecret, now: () => NOW })

/** By Slack's page, with nothing of ours in it. */
function slackSignature(timestamp: string, body: Uint8Array, secret = signingSecret): string {
  const base = Buffer.concat([Buffer.from(`v0:${timestamp}:`), body])
  return `v0=${createHmac('sha256', secret).update(base).digest('hex')}`
}

const body = fc.uint8Array({ maxLength: 60 })
const timestamp = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: NOW - 305, max: NOW + 305 }).map(String) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'NaN',
      '1e9',
      '0x6b49d200',
      `${NOW}.5`,
      ` ${NOW}`,
      `${NOW}\n`,
      '9'.repeat(400),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
)

fuzz(
  'a request is valid when Slack signed these bytes within five minutes, and never else',
  fc.property(
    timestamp,
    body,
    fc.constantFrom(
      'right',
      'other body',
      'other time',
      'other secret',
      'upper case',
      'short',
      'long',
      'v1',
    ),
    (time, bytes, kind) => {
      const right = slackSignature(time, bytes)
      const signature = {
        right,
        'other body': slackSignature(time, Buffer.concat([bytes, Buffer.from([0])])),
        'other time': slackSignature(`${time}0`, bytes),
        'other secret': slackSignature(time, bytes, 'x'),
        'upper case': right.toUpperCase(),
        short: right.slice(0, -1),
        long: `${right}0`,
        v1: right.replace('v0', 'v1'),
      }[kind]
      const isFresh = /^\d{1,15}$/.test(time) && Math.abs(NOW - Number(time)) <= 300
      const headers = { 'x-slack-request-timestamp': time, 'X-Slack-Signature': signature }
      assert.equal(verifier.isValidRequest(bytes, headers), kind === 'right' && isFresh)
    },
  ),
)

fuzz(
  'a signature that somebody made up is never valid, and no header makes it fail',
  fc.property(
    body,
    fc.dictionary(
      fc.constantFrom(
        'x-slack-signature',
        'X-Slack-Signature',
        'x-slack-request-timestamp',
        'x',
        '__proto__',
      ),
      fc.oneof(
        fc.constantFrom(String(NOW), '', 'v0=', `v0=${'0'.repeat(64)}`, `v0=${'é'.repeat(64)}`),
        fc.string({ unit: 'binary', maxLength: 70 }),
        fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
      ),
    ),
    (bytes, headers) => {
      assert.equal(verifier.isValidRequest(bytes, headers), false)
    },
  ),
)

const id = fc.constantFrom('T1', 'E1', 'U1', '', '__proto__')
const bool = fc.boolean()
const event = nearly({
  type: fc.constantFrom('event_callback', 'url_verification', 'app_rate_limited'),
  challenge: fc.string(),
  team_id: id,
  enterprise_id: id,
  is_enterprise_install: bool,
  event_id: fc.string(),
  event_time: fc.double(),
  authorizations: fc.array(
    nearly({
      team_id: id,
      enterprise_id: id,
      user_id: id,
      is_bot: bool,
      is_enterprise_install: bool,
    }),
    { maxLength: 2 },
  ),
  event: nearly({
    type: fc.constantFrom('app_uninstalled', 'tokens_revoked', 'message', 'team_access_revoked'),
    user: id,
    tokens: nearly({ oauth: fc.array(id, { maxLength: 3 }), bot: fc.array(id, { maxLength: 3 }) }),
    team_ids: fc.array(id, { maxLength: 3 }),
  }),
})
const interaction = nearly({
  type: fc.constantFrom('block_actions', 'view_submission', 'shortcut'),
  team: nearly({ id, enterprise_id: id }),
  enterprise: nearly({ id }),
  user: nearly({ id, team_id: id }),
  is_enterprise_install: bool,
  response_url: fc.webUrl(),
})
const text = fc.string({ unit: 'binary', maxLength: 100 })
const request = fc.oneof(
  fc.tuple(
    fc.constant('application/json' as const),
    fc.oneof(
      { weight: 5, arbitrary: event.map((each) => JSON.stringify(each)) },
      { weight: 1, arbitrary: text },
    ),
  ),
  fc.tuple(
    fc.constant('application/x-www-form-urlencoded' as const),
    fc.oneof(
      interaction.map((each) => `payload=${encodeURIComponent(JSON.stringify(each))}`),
      fc
        .array(
          fc.tuple(
            fc.constantFrom(
              'command',
              'team_id',
              'user_id',
              'ssl_check',
              'payload',
              'is_enterprise_install',
              '__proto__',
            ),
            fc.string({ maxLength: 8 }),
          ),
          { maxLength: 6 },
        )
        .map((pairs) => String(new URLSearchParams(pairs))),
      text,
    ),
  ),
)

fuzz(
  'a signed body is read as a request of Slack or refused, whatever is in it',
  fc.property(request, ([mediaType, content]) => {
    const read = readPayload(mediaType, content)
    if (read === undefined) return
    assert.equal(typeof read.type, 'string')
    for (const each of [read.source.teamId, read.source.enterpriseId, read.userId]) {
      assert.ok(each === undefined || typeof each === 'string')
    }
  }),
)
