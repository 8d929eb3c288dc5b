// A command line of ours and an app of Slack's own SDK, which takes no lock, renew the same token at once: how often
// what is stored in the end works, and what each of them got.
//   npm run bench -- unlocked
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { accessToken } from '../../src/index.ts'
import { boltProvider, QUERY } from '../support/bolt-provider.ts'
import { installed, works } from '../support/installed.ts'
import { exchanges, expire } from '../support/renewal-round.ts'

const ROUNDS = 400

for (const calls of [1, 2, 4]) {
  test(`${calls} authorize() calls of an SDK without a lock, beside one accessToken()`, async (t) => {
    const app = await installed(t, { scopes: { scope: 'chat:write' } })
    const { SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
    const provider = boltProvider(app)
    const options = { clientSecret, slackUrl: app.slack.url }
    const before = exchanges(app)
    let [raced, stored, ours, theirs] = [0, 0, 0, 0]
    for (let round = 0; round < ROUNDS; round++) {
      await expire(app)
      const at = exchanges(app)
      const [token, ...results] = await Promise.all([
        sleep(Math.random() * 6).then(() =>
          accessToken(app.store, { teamId: QUERY.teamId }, options),
        ),
        ...Array.from({ length: calls }, async () => {
          await sleep(Math.random() * 6)
          return (await provider.authorize(QUERY)).botToken ?? ''
        }),
      ])
      if (exchanges(app) - at > 1) raced++
      if (await works(app, (await app.stored()).bot?.token ?? '')) stored++
      if (await works(app, token)) ours++
      for (const each of results) if (await works(app, each)) theirs++
    }
    console.log(
      `${calls} calls: ${raced} of ${ROUNDS} rounds with more than one exchange (${exchanges(app) - before} in all);`,
      `works afterwards: stored ${stored}/${ROUNDS}, ours ${ours}/${ROUNDS}, theirs ${theirs}/${ROUNDS * calls}`,
    )
  })
}
