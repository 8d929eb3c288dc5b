import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { killInstants } from '../support/kill-instants.ts'
import { decide } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

test('a kill at any of 50 instants of an install leaves the old installation or the new one', async (t) => {
  const { env } = await slackApp(t, { app: { tokenRotation: true } })
  const cli = await tempCli(t, env)
  const install = () =>
    cli.start('install', '--scopes', 'chat:write', '--user-scopes', 'search:read')

  const started = performance.now()
  const first = install()
  await decide(first)
  assert.equal((await first.finished).code, 0)
  const kills = killInstants(performance.now() - started)

  for (let round = 0; round < 50; round++) {
    const before = stored(cli.db)
    const command = install()
    decide(command).catch(() => {})
    await sleep(kills.next())
    command.child.kill('SIGKILL')
    await command.finished

    const after = stored(cli.db)
    kills.record(after.botToken === before.botToken ? 'before' : 'after')
    assert.equal(after.botToken === before.botToken, after.userToken === before.userToken)
  }
  assert.ok(kills.ends.before > 5 && kills.ends.after > 5, JSON.stringify(kills.ends))
  const list = await cli.run('list')
  assert.equal(list.stdout.trim().split('\n').length, 2)
})

/** The one installation in a file that is whole: in both tables, and the same in both. */
function stored(path: string): { botToken: unknown; userToken: unknown } {
  const db = new Database(path)
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    const rows = db.prepare('select bot_token, user_token from slack_installations').raw().all()
    const bots = db.prepare('select bot_token from slack_bots').pluck().all()
    assert.equal(rows.length, 1)
    assert.ok(Array.isArray(rows[0]))
    const [botToken, userToken]: unknown[] = rows[0]
    assert.deepEqual(bots, [botToken])
    return { botToken, userToken }
  } finally {
    db.close()
  }
}
