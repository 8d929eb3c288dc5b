import assert from 'node:assert/strict'
import test from 'node:test'
import { parseSandboxConfig } from '../../src/sandbox/sandbox.ts'
import type { Grant } from '../../src/sandbox/state/grant.ts'
import { createTokens } from '../../src/sandbox/state/tokens.ts'

const DAY = 24 * 60 * 60

/** A ledger of tokens on a clock that stands still until it is moved. */
function setUp(isPkce: boolean) {
  const settings = parseSandboxConfig({ apps: [{ pkce: isPkce, tokenRotation: true }] })
  const [app] = settings.apps
  if (!app) throw new Error('no app')
  const grant: Grant = {
    source: 'v2',
    app,
    place: { team: settings.workspaces[0] ?? null, enterprise: null },
    kind: 'user',
    userId: 'U0ALICE0001',
    scopes: ['im:read'],
    isRotating: true,
    isDesktop: isPkce,
  }
  const clock = { now: 0 }
  return { clock, grant, tokens: createTokens(settings, () => clock.now) }
}

test('a rotating token lives twelve hours', () => {
  const { clock, grant, tokens } = setUp(false)
  const { access_token } = tokens.issue(grant).wire

  clock.now = 43_199
  assert.equal(tokens.find(access_token).is, 'valid')
  clock.now = 43_200
  assert.equal(tokens.find(access_token).is, 'token_expired')
})

test('a refresh token lives for ever', () => {
  const { clock, grant, tokens } = setUp(false)
  const { refresh_token = '' } = tokens.issue(grant).wire

  clock.now = 1000 * DAY
  assert.ok(tokens.refresh(refresh_token))
})

test('with PKCE enabled a refresh token lives thirty days', () => {
  const { clock, grant, tokens } = setUp(true)
  const { refresh_token = '' } = tokens.issue(grant).wire

  clock.now = 30 * DAY - 1
  assert.ok(tokens.findRefreshable(refresh_token))
  clock.now = 30 * DAY
  assert.equal(tokens.refresh(refresh_token), undefined)
})

test('the grace period runs from the first use, not the last', () => {
  const { clock, grant, tokens } = setUp(false)
  const { refresh_token = '' } = tokens.issue(grant).wire

  assert.ok(tokens.refresh(refresh_token))
  clock.now = 59
  assert.ok(tokens.refresh(refresh_token))
  clock.now = 60
  assert.equal(tokens.refresh(refresh_token), undefined)
})

test('expired tokens do not count among the two active ones', () => {
  const { clock, grant, tokens } = setUp(false)
  const first = tokens.issue(grant).wire
  clock.now = 50_000
  const second = tokens.refresh(first.refresh_token ?? '')?.wire
  const third = tokens.refresh(second?.refresh_token ?? '')?.wire

  assert.equal(tokens.find(first.access_token).is, 'token_expired')
  assert.equal(tokens.find(second?.access_token ?? '').is, 'valid')
  assert.equal(tokens.find(third?.access_token ?? '').is, 'valid')
})
