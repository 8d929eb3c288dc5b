import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessToken } from '../../src/index.ts'
import { boltProvider, boltStore, QUERY } from '../support/bolt-provider.ts'
import { installed, works } from '../support/installed.ts'
import { exchanges, expire } from '../support/renewal-round.ts'
import { revokeAtSlack } from '../support/slack-app.ts'

// Without the client secret Bolt renews by itself and takes no lock: several at once make several pairs, of which Slack
// honours the latest two.

test('whatever an SDK without our lock renews at the same time, the stored token works afterwards', async (t) => {
  const app = await installed(t, { scopes: { scope: 'chat:write' } })
  const { SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
  const slackUrl = app.slack.url
  const provider = boltProvider(app)
  const before = exchanges(app)
  const rounds = 20
  for (let round = 0; round < rounds; round++) {
    await expire(app)
    const { teamId } = QUERY
    await Promise.all([
      accessToken(app.store, { teamId }, { clientSecret, slackUrl }),
      ...Array.from({ length: 4 }, () => provider.authorize(QUERY)),
    ])
    assert.ok(await works(app, (await app.stored()).bot?.token ?? ''), `round ${round}`)
  }
  assert.ok(exchanges(app) - before > rounds, 'nothing was renewed twice')
})

test('a pair of Bolt that is dead does not take the place of one that lives', async (t) => {
  const app = await installed(t, { scopes: { scope: 'chat:write' } })
  const { SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
  const slackUrl = app.slack.url
  const store = boltStore(app)
  const { teamId } = QUERY
  await accessToken(app.store, { teamId }, { clientSecret, slackUrl })
  // What Bolt has renewed meanwhile, and what has become of it at Slack
  const theirs = await store.fetchInstallation(QUERY)
  assert.ok(theirs.bot)
  await expire(app)
  const ours = await accessToken(app.store, { teamId }, { clientSecret, slackUrl })
  const expiresAt = (theirs.bot.expiresAt ?? 0) + 60
  const renewed = { ...theirs, bot: { ...theirs.bot, expiresAt } }

  // Both live: what Bolt stores counts, as ever
  await store.storeInstallation(renewed)
  assert.equal((await app.stored()).bot?.token, theirs.bot.token)

  await expire(app)
  const newest = await accessToken(app.store, { teamId }, { clientSecret, slackUrl })
  assert.notEqual(newest, ours)
  await revokeAtSlack(app.slack, theirs.bot.token)
  await store.storeInstallation(renewed)
  assert.equal((await app.stored()).bot?.token, newest)
})
