import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { botKey, installed, works } from '../support/installed.ts'
import { asOrdinaryUser } from '../support/other-user.ts'
import { until } from '../support/until.ts'

const refreshes = (app: Awaited<ReturnType<typeof installed>>) =>
  app.slack.calls('oauth.v2.access').filter(({ params }) => params.grant_type === 'refresh_token')
    .length

test('an expired token is renewed, stored and printed, and the next command prints the same', async (t) => {
  const app = await installed(t)
  const before = await app.stored()

  const first = await app.cli.run('token')
  const second = await app.cli.run('token')

  assert.deepEqual([first.code, first.stderr], [0, ''])
  const token = first.stdout.trim()
  assert.notEqual(token, before.bot?.token)
  assert.equal(second.stdout, first.stdout)
  assert.equal(refreshes(app), 1)
  assert.ok(await works(app, token))
  const after = await app.stored()
  assert.equal(after.bot?.token, token)
  assert.notEqual(after.bot?.refreshToken, before.bot?.refreshToken)
  assert.deepEqual(after.user, before.user)
})

test("a member's token is renewed apart, and the bot's is left alone", async (t) => {
  const app = await installed(t)
  const before = await app.stored()

  const { code, stdout } = await app.cli.run('token', '--user')

  assert.equal(code, 0)
  const after = await app.stored()
  assert.equal(after.user.grant?.token, stdout.trim())
  assert.match(stdout, /^xoxe\.xoxp-/)
  assert.deepEqual(after.bot, before.bot)
  assert.deepEqual(after.user.grant?.scopes, before.user.grant?.scopes)
})

test('a token that lasts is printed as it is, and Slack is not asked', async (t) => {
  const app = await installed(t)
  await app.cli.run('token')
  const asked = app.slack.calls().length

  // Not even the secret is needed
  const quiet = app.cli.with({
    SLACK_CLIENT_SECRET: '',
    SLACK_OAUTH_SLACK_URL: 'http://127.0.0.1:9',
  })
  assert.equal((await quiet.run('token')).code, 0)
  assert.equal(app.slack.calls().length, asked)
})

test('--min-ttl says how long the token has to last', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 600 })
  await app.cli.run('token')
  assert.equal(refreshes(app), 1)

  await app.cli.run('token', '--min-ttl', '5m')
  assert.equal(refreshes(app), 1)
  await app.cli.run('token', '--min-ttl', '1h')
  assert.equal(refreshes(app), 2)
  assert.equal((await app.cli.run('token', '--min-ttl', 'soon')).code, 2)
})

test('--no-refresh prints a token to its last second, and an expired one is exit 4', async (t) => {
  const app = await installed(t)
  const failed = await app.cli.run('token', '--no-refresh')
  assert.deepEqual([failed.code, failed.stdout], [4, ''])
  assert.match(
    failed.stderr,
    /^error: The bot token for T\w+ expired at \S+ \(token_expired\)\nhint: /,
  )

  app.slack.setLifetimes({ tokenLifetimeSeconds: 30 })
  await app.cli.run('token', '--bot')
  const { code, stdout } = await app.cli.run('token', '--no-refresh')
  assert.deepEqual([code, /^xoxe\.xoxb-/.test(stdout)], [0, true])
  assert.equal((await app.cli.run('token', '--no-refresh', '--min-ttl', '1m')).code, 4)
  assert.equal(refreshes(app), 1)
})

test('many at once print one token, which was renewed once', async (t) => {
  const app = await installed(t)

  const all = await Promise.all(Array.from({ length: 12 }, () => app.cli.run('token')))

  assert.deepEqual([...new Set(all.map(({ code }) => code))], [0])
  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1)
  assert.equal(refreshes(app), 1)
  assert.ok(await works(app, all[0]?.stdout.trim() ?? ''))
})

test('many at once while Slack is slow wait for the one that renews', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 2, times: 1 })

  const all = await Promise.all(Array.from({ length: 6 }, () => app.cli.run('token')))

  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1)
  assert.equal(refreshes(app), 1)
  assert.match(all.map(({ stderr }) => stderr).join(''), /Waiting for another process/)
})

test('an answer that is lost after Slack has rotated costs nothing: the same refresh token is good once more', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })

  const { code, stdout } = await app.cli.run('token')

  assert.equal(code, 0)
  assert.equal(refreshes(app), 2)
  assert.ok(await works(app, stdout.trim()))
})

test('one killed between answer and write leaves a pair that still renews', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })
  const before = await app.stored()
  const killed = app.cli.start('token')
  await until(() => refreshes(app) > 0)
  killed.child.kill('SIGKILL')
  await killed.finished
  assert.deepEqual((await app.stored()).bot, before.bot)

  const { code, stdout } = await app.cli.run('token')

  assert.equal(code, 0)
  assert.ok(await works(app, stdout.trim()))
})

test('a spent refresh token is exit 4 with the command to install again; the row stays and is marked', async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  const before = await app.stored()
  app.slack.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 1 })

  const first = await app.cli.run('token')
  assert.deepEqual([first.code, first.stdout], [4, ''])
  assert.match(
    first.stderr,
    /^error: The bot token for T\w+ cannot be renewed: Slack answered "invalid_refresh_token" \(oauth\.v2\.access\) \(refresh_token_invalid\)\nhint: slack-oauth install --team T\w+ --scopes chat:write\n$/,
  )
  const { failure, ...bot } = (await app.stored()).bot ?? { failure: undefined }
  assert.deepEqual(bot, before.bot)
  assert.equal(failure?.code, 'refresh_token_invalid')

  // Slack is not asked again what it has answered
  const asked = refreshes(app)
  const second = await app.cli.run('token')
  assert.equal(second.code, 4)
  assert.match(second.stderr, /Slack refused at \S+Z \(refresh_token_invalid\)/)
  assert.equal(refreshes(app), asked)

  // Neither does it hide what is installed anew
  await app.install({ scope: 'chat:write' })
  assert.equal((await app.cli.run('token')).code, 0)
})

test('a renewal that fails for now is a warning while the token is valid', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 120 })
  const { stdout } = await app.cli.run('token')

  const faults = [
    { kind: 'status' as const, status: 500 },
    { kind: 'status' as const, status: 429, retryAfter: 30 },
    { kind: 'hang-up' as const },
    { kind: 'html' as const },
    { kind: 'error' as const, error: 'internal_error' },
  ]
  for (const fault of faults) {
    app.slack.inject({ method: 'oauth.v2.access', ...fault })
    const again = await app.cli.run('token')
    assert.deepEqual([again.code, again.stdout], [0, stdout], JSON.stringify(fault))
    assert.match(again.stderr, /^warning: The token was not renewed, it is good until \S+Z: /)
    app.slack.clearFaults()
  }
})

test('a renewal that fails for now is exit 5 with nothing on stdout once the token has expired', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'status', status: 500 })
  const failed = await app.cli.run('token')
  assert.deepEqual([failed.code, failed.stdout], [5, ''])

  app.slack.clearFaults()
  assert.equal((await app.cli.run('token')).code, 0)
})

test('without a secret a valid token is printed with a warning, and an expired one is exit 2', async (t) => {
  const app = await installed(t)
  const bare = app.cli.with({ SLACK_CLIENT_SECRET: '' })
  const failed = await bare.run('token')
  assert.deepEqual([failed.code, failed.stdout], [2, ''])
  assert.match(failed.stderr, /client secret is not set/)
  assert.equal(refreshes(app), 0)

  app.slack.setLifetimes({ tokenLifetimeSeconds: 60 })
  await app.cli.run('token')
  const warned = await bare.run('token')
  assert.equal(warned.code, 0)
  assert.match(warned.stderr, /^warning: .*client secret is not set\n$/)
})

test('a wrong secret is no mark on the token', async (t) => {
  const app = await installed(t)
  const wrong = app.cli.with({ SLACK_CLIENT_SECRET: 'not-the-secret' })
  assert.equal((await wrong.run('token')).code, 4)
  assert.equal((await app.stored()).bot?.failure, undefined)
  assert.equal((await app.cli.run('token')).code, 0)
})

test('a store that cannot be written fails before Slack is asked, and a good token is still printed', async (t) => {
  const app = await installed(t)
  await app.cli.run('token', '--user')
  const cli = asOrdinaryUser(app.cli)
  await chmod(app.cli.db, 0o400)
  const asked = refreshes(app)

  const failed = await cli.run('token', '--bot')
  assert.deepEqual([failed.code, failed.stdout], [6, ''])
  assert.match(failed.stderr, /cannot be written \(store_unavailable\)\nhint: /)
  assert.equal(refreshes(app), asked)
  assert.equal((await cli.run('token', '--user')).code, 0)
})

test('a lock that is a folder, or a link to something else, is refused before Slack is asked', async (t) => {
  const app = await installed(t)
  const { clientId, teamId } = await botKey(app)
  // Processes of two versions must meet at the same file, so its name is a promise
  const name = JSON.stringify([clientId, '', teamId, ''])
  const lock = `${app.cli.db}-lock-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
  const victim = join(app.cli.home, 'victim')
  await writeFile(victim, '', { mode: 0o600 })
  // Where others may write the store, they may also put links beside it
  await chmod(app.cli.db, 0o666)
  for (const put of [() => mkdir(lock), () => symlink(victim, lock)]) {
    await put()
    const failed = await app.cli.run('token', '--bot')
    assert.deepEqual([failed.code, failed.stdout], [6, ''])
    assert.match(failed.stderr, /is no file \(store_unavailable\)\nhint: /)
    await rm(lock, { recursive: true })
  }
  assert.equal(refreshes(app), 0)
  const { mode, size } = await stat(victim)
  assert.deepEqual([mode & 0o777, size], [0o600, 0])
})

test('a holder of the lock that is stopped is waited for so long, and no longer', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 30, times: 1 })
  const holder = app.cli.start('token')
  await until(() => refreshes(app) > 0)
  holder.child.kill('SIGSTOP')

  const waiting = await app.cli.run('token', '--timeout', '2')
  assert.deepEqual([waiting.code, waiting.stdout], [6, ''])
  assert.match(waiting.stderr, /Waiting for another process/)
  assert.match(waiting.stderr, /has been locked by another process for 2 seconds \(store_locked\)/)
  assert.equal((await app.cli.run('token', '--user')).code, 0, 'another token is not locked')

  holder.child.kill('SIGKILL')
  await holder.finished
  assert.equal((await app.cli.run('token')).code, 0)
})

test('Ctrl-C lets a renewal under way end, so that the new pair is not lost', async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  app.slack.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 1, times: 1 })
  const command = app.cli.start('token')
  await until(() => refreshes(app) > 0)
  await sleep(50)
  command.child.kill('SIGINT')

  const { code } = await command.finished
  assert.equal(code, 130)
  const after = await app.cli.run('token')
  assert.equal(after.code, 0)
  assert.equal(refreshes(app), 1)
  assert.ok(await works(app, after.stdout.trim()))
})

test('a re-install while a renewal waits for Slack is what is stored and printed', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 1, times: 1 })
  const command = app.cli.start('token', '--bot')
  await until(() => refreshes(app) > 0)
  const again = await app.install({ scope: 'chat:write' })

  const { code, stdout } = await command.finished

  assert.equal(code, 0)
  assert.equal(stdout.trim(), again.bot?.token)
  assert.equal((await app.stored()).bot?.token, again.bot?.token)
})

test('after a renewal no lock is left beside the store', async (t) => {
  const app = await installed(t)
  await app.cli.run('token')
  const names = await readdir(dirname(app.cli.db))
  assert.deepEqual(
    names.filter((name) => name.includes('lock')),
    [],
  )
})
