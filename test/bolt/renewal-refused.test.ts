import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boltProvider, boltStore, QUERY } from '../support/bolt-provider.ts'
import type { Installed } from '../support/installed.ts'
import { botKey, installed, works } from '../support/installed.ts'
import { exchanges } from '../support/renewal-round.ts'
import { revokeAtSlack } from '../support/slack-app.ts'

// Bolt itself goes on where a token cannot be renewed. With the secret in our store it has to as well, wherever it
// is left with a token that works.

test("a member's token that cannot be renewed takes nothing from the bot", async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  await revokeAtSlack(app.slack, (await app.stored()).user.grant?.refreshToken)
  const warnings: string[] = []
  const provider = boltProvider(app, {
    renews: true,
    warn: (message) => warnings.push(message),
  })
  for (let round = 0; round < 3; round++) {
    const { botToken, userToken } = await provider.authorize(QUERY)
    assert.ok(await works(app, botToken ?? ''))
    assert.equal(userToken, undefined)
  }
  // The bot's, and one refusal: what Slack has refused for good is not asked for again
  assert.equal(exchanges(app), 2)
  assert.match(warnings[0] ?? '', /cannot be renewed/)
  assert.ok((await app.stored()).user.grant?.failure, 'the note of the refusal stays')
})

test('a bot token that cannot be renewed is an error that says so, and no member stands in for it', async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  await revokeAtSlack(app.slack, (await app.stored()).bot?.refreshToken)
  await assert.rejects(
    boltProvider(app, { renews: true }).authorize(QUERY),
    /bot token for .* cannot be renewed/,
  )
})

test('while Slack fails, a token that is still good is handed out, and Bolt spends nothing without our lock', async (t) => {
  const app = await installed(t, { scopes: { scope: 'chat:write' } })
  const bot = await lasting(app, 3600)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'fatal_error' })
  const asked = exchanges(app)
  const { botToken } = await boltProvider(app, { renews: true }).authorize(QUERY)
  assert.equal(botToken, bot.token)
  // Ours, with its two more tries
  assert.equal(exchanges(app) - asked, 3)
})

test('tokens that live for an hour are renewed by the store only', async (t) => {
  const app = await installed(t, { scopes: { scope: 'chat:write' } })
  app.slack.setLifetimes({ tokenLifetimeSeconds: 3600 })
  const provider = boltProvider(app, { renews: true })
  const results = await Promise.all(Array.from({ length: 10 }, () => provider.authorize(QUERY)))
  assert.equal(exchanges(app), 1)
  for (const { botToken } of results) assert.ok(await works(app, botToken ?? ''))
})

test('what was read without its refresh token and is stored again keeps it', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 3600 })
  const store = boltStore(app, { renews: true })
  const read = await store.fetchInstallation(QUERY)
  assert.equal(read.bot?.refreshToken, undefined)
  await store.storeInstallation(read)
  const { bot, user } = await app.stored()
  assert.ok(bot?.refreshToken)
  assert.ok(user.grant?.refreshToken)
})

/** The stored bot token with so many seconds left. */
async function lasting(app: Installed, seconds: number) {
  const { bot } = await app.stored()
  assert.ok(bot)
  const next = { ...bot, expiresAt: Math.floor(Date.now() / 1000) + seconds }
  assert.ok(await app.store.installations.replaceGrant(await botKey(app), bot, next))
  return next
}
