import assert from 'node:assert/strict'
import { test } from 'node:test'
import { App } from '@slack/bolt'
import { TokenRotator } from '../../src/index.ts'
import { installed, works } from '../support/installed.ts'
import { exchanges } from '../support/renewal-round.ts'

test('a Bolt app whose authorize asks a TokenRotator renews once for events at once, and beside the command', async (t) => {
  const slackApp = await installed(t)
  const rotator = new TokenRotator(slackApp.store, {
    clientSecret: slackApp.env.SLACK_CLIENT_SECRET ?? '',
    slackUrl: slackApp.slack.url,
  })
  t.after(() => rotator.close())
  // As in docs/rotation.md
  const app = new App({
    signingSecret: 'of nobody',
    authorize: async ({ teamId, enterpriseId, isEnterpriseInstall }) => ({
      botToken: await rotator.accessToken({ teamId, enterpriseId, isEnterpriseInstall }),
    }),
  })
  const tokens: (string | undefined)[] = []
  app.event('app_mention', async ({ context }) => {
    tokens.push(context.botToken)
  })
  const mention = () =>
    app.processEvent({
      body: {
        type: 'event_callback',
        team_id: 'T0SANDBOX01',
        event: { type: 'app_mention', user: 'U0BOB000001', channel: 'C1', text: 'hi', ts: '1.1' },
      },
      ack: async () => undefined,
    })

  const [command] = await Promise.all([
    slackApp.cli.run('token'),
    ...Array.from({ length: 5 }, mention),
  ])

  assert.equal(tokens.length, 5)
  assert.deepEqual([...new Set(tokens)], [command.stdout.trim()])
  assert.equal(exchanges(slackApp), 1)
  assert.ok(await works(slackApp, tokens[0] ?? ''))
})
