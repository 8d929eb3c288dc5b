import assert from 'node:assert/strict'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { lockName } from '../../src/store/lock-name.ts'
import { botKey, type Installed, installed, works } from '../support/installed.ts'
import { giveStore, withoutOtherUsers } from '../support/other-user.ts'
import { exchanges, expire } from '../support/renewal-round.ts'
import { fill, makeRoom, smallDisk } from '../support/small-disk.ts'
import type { TempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'

const method = 'oauth.v2.access'

/** The command line on a machine whose clock is wrong. */
function clockAhead(cli: TempCli, seconds: number): TempCli {
  const hook = pathToFileURL(join(import.meta.dirname, '../support/shift-clock.mjs'))
  return cli.with({
    NODE_OPTIONS: `--import=${hook}`,
    TEST_CLOCK_AHEAD_SECONDS: String(seconds),
  })
}

const HOUR = 3600

describe('a clock that is wrong', { concurrency: true }, () => {
  test('by an hour ahead renews an hour early, once, what works all the same', async (t) => {
    const app = await installed(t)
    app.slack.setLifetimes({ tokenLifetimeSeconds: 50 * 60 })
    const { stdout: before } = await app.cli.run('token')
    app.slack.setLifetimes({ tokenLifetimeSeconds: 12 * HOUR })
    const fast = clockAhead(app.cli, HOUR)

    const first = await fast.run('token')
    const second = await fast.run('token')

    assert.notEqual(first.stdout, before)
    assert.equal(second.stdout, first.stdout)
    assert.equal(exchanges(app), 2)
    assert.ok(await works(app, first.stdout.trim()))
  })

  test('by an hour behind since before the renewal changes nothing', async (t) => {
    const app = await installed(t)
    const slow = clockAhead(app.cli, -HOUR)
    await slow.run('refresh', '--bot')
    const { code, stdout } = await slow.run('token')

    assert.equal(code, 0)
    assert.equal(exchanges(app), 1)
    assert.ok(await works(app, stdout.trim()))
    assert.equal((await slow.run('check')).code, 0)
  })

  test('by an hour behind of late takes a dead token for a good one: check says so, refresh mends it', async (t) => {
    const app = await installed(t)
    // Its last token ended just now, and by this clock has an hour left
    const slow = clockAhead(app.cli, -HOUR)

    assert.equal((await slow.run('token')).code, 0)
    const checked = await slow.run('check', '--bot')
    assert.equal(checked.code, 4)
    assert.match(checked.stdout, /expired +token_expired, though it lasts until \S+Z by this clock/)
    assert.match(checked.stderr, /\(token_expired\)\nhint: Set the clock, then slack-oauth refresh/)

    assert.equal((await slow.run('refresh', '--bot')).code, 0)
    const { stdout } = await slow.run('token', '--bot')
    assert.ok(await works(app, stdout.trim()))
    assert.equal((await slow.run('check', '--bot')).code, 0)
  })
})

describe('a Slack that is slow', { concurrency: true }, () => {
  test('to the point of Retry-After: 30 is waited for while the token has expired, and Ctrl-C ends it', async (t) => {
    const app = await installed(t)
    app.slack.inject({ method, kind: 'status', status: 429, retryAfter: 30 })
    const command = app.cli.start('token')
    await until(() => exchanges(app) > 0)
    await sleep(300)
    assert.equal(command.child.exitCode, null)

    command.child.kill('SIGINT')
    const { code, stdout, stderr } = await command.finished

    assert.deepEqual([code, stdout], [130, ''])
    assert.match(stderr, /\(interrupted\)\n$/)
    app.slack.clearFaults()
    assert.equal((await app.cli.run('token')).code, 0)
    assert.equal(exchanges(app), 2)
  })

  test('or that hangs up after it has rotated, twice: the third try has the pair', async (t) => {
    const app = await installed(t)
    app.slack.inject({ method, kind: 'drop-answer', times: 2 })
    const { code, stdout } = await app.cli.run('token')
    assert.equal(code, 0)
    assert.ok(await works(app, stdout.trim()))
    assert.equal(exchanges(app), 3)
  })

  test('and a holder of the lock that is stopped, and goes on: whoever waits gets its token', async (t) => {
    const app = await installed(t)
    app.slack.inject({ method, kind: 'delay', seconds: 0.5, times: 1 })
    const holder = app.cli.start('token')
    await until(() => exchanges(app) > 0)
    holder.child.kill('SIGSTOP')
    const waiting = app.cli.start('token')
    await waiting.waitFor(/Waiting for another process that renews this token/)

    holder.child.kill('SIGCONT')

    const [first, second] = await Promise.all([holder.finished, waiting.finished])
    assert.equal(first.code, 0, first.stderr)
    assert.equal(second.stdout, first.stdout)
    assert.equal(exchanges(app), 1)
  })
})

describe('a disk that is full when the new pair is to be written', { concurrency: true }, () => {
  /** A renewal that Slack has made, and that finds the disk full by the time of its answer. */
  async function renewingOnFullDisk(app: Installed, folder: string) {
    app.slack.inject({ method, kind: 'delay', seconds: 1, times: 1 })
    const command = app.cli.start('token', '--bot')
    await until(() => exchanges(app) > 0)
    fill(folder)
    return command
  }

  test('is tried again: with room by then, nothing is lost', async (t) => {
    const folder = await smallDisk(t)
    if (folder === undefined) return
    const app = await installed(t, { db: join(folder, 'store.db'), refreshGraceSeconds: 0 })
    const command = await renewingOnFullDisk(app, folder)
    await sleep(2_500)
    assert.equal(command.child.exitCode, null)

    makeRoom(folder)

    const { code, stdout, stderr } = await command.finished
    assert.equal(code, 0, stderr)
    assert.equal((await app.stored()).bot?.token, stdout.trim())
    assert.equal(exchanges(app), 1)
    assert.ok(await works(app, stdout.trim()))
  })

  test('and stays so: exit 6 with the way out, no token on any stream, and refresh recovers', async (t) => {
    const folder = await smallDisk(t)
    if (folder === undefined) return
    const app = await installed(t, { db: join(folder, 'store.db') })
    const before = await app.stored()
    const command = await renewingOnFullDisk(app, folder)

    const { code, stdout, stderr } = await command.finished

    assert.deepEqual([code, stdout], [6, ''])
    assert.match(
      stderr,
      /^error: Slack renewed the token, and it could not be stored: .*disk is full \(store_full\)\nhint: .*slack-oauth refresh/m,
    )
    assert.doesNotMatch(stderr, /xox/)
    assert.deepEqual((await app.stored()).bot, before.bot)

    makeRoom(folder)
    assert.equal((await app.cli.run('refresh', '--bot')).code, 0)
    assert.ok(await works(app, (await app.stored()).bot?.token ?? ''))
  })
})

test('two users of one machine share a store, its lock and one renewal', {
  skip: withoutOtherUsers(),
}, async (t) => {
  const app = await installed(t)
  const gid = 61_000
  giveStore(app.cli, { uid: 61_001, gid }, 0o660)
  const users = [61_001, 61_002].map((uid) => app.cli.as({ uid, gid }))
  // One of them dies with the lock, which is in that user's name: the other takes it all the same
  app.slack.inject({ method, kind: 'delay', seconds: 5, times: 1 })
  const killed = users[0]?.start('token', '--bot')
  await until(() => exchanges(app) > 0)
  killed?.child.kill('SIGKILL')
  await killed?.finished
  const alone = await users[1]?.run('token', '--bot', '--timeout', '5')
  assert.equal(alone?.code, 0, alone?.stderr)
  assert.equal(exchanges(app), 2)

  await expire(app)
  const all = await Promise.all(
    Array.from({ length: 4 }, () => users.map((cli) => cli.run('token', '--bot'))).flat(),
  )

  assert.deepEqual([...new Set(all.map(({ code, stderr }) => (code === 0 ? 0 : stderr)))], [0])
  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1)
  assert.equal(exchanges(app), 3)
})

test('a lock that another user has made this instant, and not shared yet, is waited for', {
  skip: withoutOtherUsers(),
}, async (t) => {
  const app = await installed(t)
  const gid = 61_000
  giveStore(app.cli, { uid: 61_001, gid }, 0o660)
  const lockPath = `${app.cli.db}-lock-${lockName(await botKey(app))}`
  writeFileSync(lockPath, '', { mode: 0o600 })
  const command = app.cli.as({ uid: 61_002, gid }).start('token', '--bot')
  await command.waitFor(/Waiting for another process/)

  chownSync(lockPath, 61_001, gid)
  chmodSync(lockPath, 0o660)

  const { code, stderr } = await command.finished
  assert.equal(code, 0, stderr)
})
