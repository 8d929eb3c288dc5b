import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rotateGrant } from '../../src/flows/tokens/rotate.ts'
import { refreshGrant } from '../../src/slack/methods/token-rotation.ts'
import { boltProvider, QUERY } from '../support/bolt-provider.ts'
import { botKey, installed, works } from '../support/installed.ts'
import { exchanges } from '../support/renewal-round.ts'
import { revokeAtSlack } from '../support/slack-app.ts'

test('ten authorize() calls of Bolt at once make one exchange and return ten tokens that work', async (t) => {
  const app = await installed(t)
  const provider = boltProvider(app, { renews: true })
  const [command, ...results] = await Promise.all([
    app.cli.run('token', '--bot'),
    ...Array.from({ length: 10 }, () => provider.authorize(QUERY)),
  ])
  const tokens = results.map(({ botToken }) => botToken)
  assert.deepEqual([...new Set(tokens)], [command.stdout.trim()])
  assert.ok(await works(app, tokens[0] ?? ''))
  // The bot's, and that of the member who installed it
  assert.equal(exchanges(app), 2)
})

test('a pair that another program stored meanwhile gives way to ours only where it is dead', async (t) => {
  for (const isDead of [false, true]) {
    const app = await installed(t)
    const key = await botKey(app)
    const { SLACK_CLIENT_ID: clientId = '', SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
    const { installations } = app.store
    const grant = (await app.stored()).bot
    if (grant?.refreshToken === undefined) throw new Error('no refresh token')
    const { refreshToken } = grant
    const needs = {
      installations: {
        ...installations,
        // An SDK without a lock renews between our exchange and our write
        async replaceGrant(...[at, previous, next]: Parameters<typeof installations.replaceGrant>) {
          if (next.token !== grant.token && previous.token === grant.token) {
            const theirs = await refreshGrant(
              { refreshToken },
              { clientId, clientSecret },
              app.client,
              now,
            )
            if (isDead) await revokeAtSlack(app.slack, theirs.grant.token)
            await installations.replaceGrant(at, grant, theirs.grant)
          }
          return installations.replaceGrant(at, previous, next)
        },
      },
      slack: app.client,
      clientSecret: () => clientSecret,
      now,
    }
    const rotated = await rotateGrant(needs, key, grant)
    const stored = (await app.stored()).bot?.token ?? ''
    assert.ok(await works(app, stored), 'what is stored works')
    assert.equal(rotated === undefined, !isDead)
    if (isDead) assert.equal(stored, rotated?.token)
  }
})

const now = () => Date.now() / 1000
