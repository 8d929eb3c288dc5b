// Fifty processes that ask at once for a token that has expired, ten times; then the same while
// random ones are killed. Ends non-zero where one exchange a round did not do.
//   npm run bench -- renewal, in PostgreSQL with SLACK_OAUTH_BENCH_DB=postgres://…
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { installed } from '../support/installed.ts'
import { assertUsable, expire, renewalRound } from '../support/renewal-round.ts'

const ROUNDS = 10
const PROCESSES = 50
const db = process.env.SLACK_OAUTH_BENCH_DB

const table: string[][] = []
after(() => {
  for (const row of table) console.log(row.join('  '))
})

test('one exchange a round', async (t) => {
  const app = await installed(t, db ? { db } : {})
  const alone: number[] = []
  for (let run = 0; run < 5; run++) {
    await expire(app)
    const startedAt = performance.now()
    assert.equal((await app.cli.run('token', '--bot')).code, 0)
    alone.push((performance.now() - startedAt) / 1000)
  }
  const median = alone.sort((a, b) => a - b)[2] ?? 0
  table.push([`one alone: ${median.toFixed(2)} s`])
  for (let round = 0; round < ROUNDS; round++) {
    const { exchanges, tokens, failures, seconds } = await renewalRound(app, PROCESSES)
    const distinct = new Set(tokens).size
    table.push([
      `round ${round + 1}: ${exchanges} exchange, ${tokens.length} tokens, ${distinct} distinct,`,
      `the last after ${seconds.toFixed(2)} s (${(seconds / median).toFixed(1)} times one alone)`,
    ])
    assert.deepEqual([failures, exchanges, tokens.length, distinct], [[], 1, PROCESSES, 1])
  }
})

test('a usable pair whoever is killed', async (t) => {
  const app = await installed(t, db ? { db } : {})
  for (let round = 0; round < ROUNDS; round++) {
    const kind = round % 2 === 0 ? 'delay' : 'drop-answer'
    app.slack.inject({ method: 'oauth.v2.access', kind, seconds: 1, times: 2 })
    const result = await renewalRound(app, PROCESSES, { kill: 35 })
    app.slack.clearFaults()
    table.push([
      `round ${round + 1}: ${result.killed} killed, ${result.exchanges} exchanges,`,
      `${result.tokens.length} tokens, ${result.failures.length} failures`,
    ])
    assert.deepEqual(result.failures, [])
    await assertUsable(app)
  }
})
