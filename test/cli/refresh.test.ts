import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installed, works } from '../support/installed.ts'
import { longestPause, until } from '../support/until.ts'

const lines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('one token is renewed now, though it would last', async (t) => {
  const app = await installed(t)
  const { stdout: first } = await app.cli.main('token')

  const { code, stdout, stderr } = await app.cli.main('refresh')

  assert.deepEqual([code, stderr], [0, '1 renewed\n'])
  assert.match(
    stdout,
    /^WORKSPACE\s+TOKEN\s+RESULT\s+EXPIRES\s+DETAIL\nT\w+\s+bot\s+renewed\s+\S+ \S+Z\n$/,
  )
  const second = await app.cli.main('token')
  assert.notEqual(second.stdout, first)
  assert.ok(await works(app, second.stdout.trim()))
})

test('--all renews every token apart, of the bot and of each member', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 0 })
  await app.install({ user_scope: 'search:read' }, { user: 'U0BOB000001' })
  app.slack.setLifetimes({ tokenLifetimeSeconds: 43_200 })

  const { code, stdout } = await app.cli.main('refresh', '--all', '--json')

  assert.equal(code, 0)
  const results = lines(stdout)
  assert.deepEqual(results.map(({ kind, result }) => [kind, result]).sort(), [
    ['bot', 'renewed'],
    ['user', 'renewed'],
    ['user', 'renewed'],
  ])
  assert.doesNotMatch(stdout, /xox/)
  for await (const { bot, user } of app.store.installations.list()) {
    assert.ok(await works(app, bot?.token ?? ''))
    assert.ok(await works(app, user.grant?.token ?? ''))
  }
})

test('the failure of one is told and is the exit code, and the others are renewed', async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  const { user } = await app.stored()
  // Spent: as if another program had renewed it and lost the pair
  const body = new URLSearchParams({ token: user.grant?.refreshToken ?? '' })
  await fetch(`${app.slack.url}/api/auth.revoke`, { method: 'POST', body })

  const { code, stdout, stderr } = await app.cli.main('refresh', '--all', '--json')

  assert.equal(code, 4)
  const byKind = Object.fromEntries(lines(stdout).map((each) => [each.kind, each]))
  assert.equal(byKind.bot.result, 'renewed')
  assert.equal(byKind.user.result, 'failed')
  assert.equal(byKind.user.error.code, 'refresh_token_invalid')
  assert.match(stderr, /1 of 2 tokens were not renewed/)
})

test('--expiring renews what expires within the time, and leaves the rest', async (t) => {
  const app = await installed(t)
  await app.cli.main('token', '--bot')

  const { stdout } = await app.cli.main('refresh', '--expiring', '2h', '--json')

  assert.deepEqual(
    lines(stdout).map(({ kind }) => kind),
    ['user'],
  )
})

test('a refresh that Slack cannot answer is exit 5, though the token is still good', async (t) => {
  const app = await installed(t)
  const { stdout } = await app.cli.main('token')
  app.slack.inject({ method: 'oauth.v2.access', kind: 'status', status: 500 })

  assert.equal((await app.cli.main('refresh')).code, 5)
  assert.equal((await app.cli.main('token')).stdout, stdout)
})

test('tokens that do not expire are left as they are', async (t) => {
  const app = await installed(t, { app: { tokenRotation: false } })
  const { bot } = await app.stored()

  const { code, stdout, stderr } = await app.cli.main('refresh', '--all', '--json')

  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(
    lines(stdout).map(({ result }) => result),
    ['kept', 'kept'],
  )
  assert.equal((await app.stored()).bot?.token, bot?.token)
})

test('--migrate exchanges a lasting token for a pair, once', async (t) => {
  const app = await installed(t, { app: { tokenRotation: false } })
  const { bot } = await app.stored()
  const early = await app.cli.main('refresh', '--migrate')
  assert.equal(early.code, 4)
  assert.match(early.stderr, /token_rotation_not_enabled/)

  app.slack.turnOnRotation(app.env.SLACK_CLIENT_ID ?? '')
  const done = await app.cli.main('refresh', '--migrate', '--json')

  assert.equal(done.code, 0)
  assert.equal(lines(done.stdout)[0].result, 'migrated')
  const after = (await app.stored()).bot
  assert.notEqual(after?.token, bot?.token)
  assert.ok(after?.refreshToken && after.expiresAt)
  assert.ok(await works(app, after.token))
  const again = await app.cli.main('refresh', '--migrate', '--json')
  assert.equal(lines(again.stdout)[0].result, 'kept')
})

test('Ctrl-C lets a --migrate under way end: Slack exchanges a token only once', async (t) => {
  const app = await installed(t, { app: { tokenRotation: false } })
  app.slack.turnOnRotation(app.env.SLACK_CLIENT_ID ?? '')
  const method = 'oauth.v2.exchange'
  app.slack.inject({ method, kind: 'delay', seconds: 1 })
  const command = app.cli.start('refresh', '--migrate')
  await until(() => app.slack.calls(method).length > 0)
  command.child.kill('SIGINT')

  const { code } = await command.finished
  assert.equal(code, 130)
  const { bot } = await app.stored()
  assert.ok(bot?.refreshToken)
  assert.ok(await works(app, bot.token))
})

test('a rate limit in the middle of --all is waited for, and no token is left out', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 600 })
  await app.cli.main('refresh', '--all')
  const fault = { method: 'oauth.v2.access', kind: 'status', status: 429 } as const
  app.slack.inject({ ...fault, retryAfter: 1, times: 2 })

  const { code, stdout } = await app.cli.main('refresh', '--all', '--json')

  assert.equal(code, 0)
  assert.deepEqual(
    lines(stdout).map(({ result }) => result),
    ['renewed', 'renewed'],
  )
})

test('while Slack limits the renewal of one, the others of --all wait', async (t) => {
  const app = await installed(t)
  const { user: _, ...place } = await app.stored()
  for (let n = 0; n < 20; n++) {
    const grant = { token: `xoxe.xoxp-${n}`, refreshToken: `xoxe-1-${n}`, expiresAt: 1, scopes: [] }
    await app.store.installations.save({ ...place, user: { id: `U${n}`, grant } })
  }
  const asked = () => app.slack.calls('oauth.v2.access').length
  const before = asked()
  app.slack.inject({
    method: 'oauth.v2.access',
    kind: 'status',
    status: 429,
    retryAfter: 1,
    times: 1,
  })
  const pause = await longestPause(asked, app.cli.start('refresh', '--all').finished)

  assert.ok(pause.seconds > 0.9, `held back for ${pause.seconds} seconds`)
  // The one that was limited, and those that were on their way by then
  assert.ok(pause.count - before <= 10, `${pause.count - before} were asked`)
  assert.ok(asked() - before > 20, 'all are asked about afterwards')
})

test('a token that Slack has refused to renew is tried again by refresh', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'invalid_refresh_token' })
  assert.equal((await app.cli.main('token')).code, 4)
  app.slack.clearFaults()
  assert.equal((await app.cli.main('token')).code, 4, 'token takes the note for an answer')

  assert.equal((await app.cli.main('refresh')).code, 0)
  assert.equal((await app.cli.main('token')).code, 0)
  assert.equal((await app.stored()).bot?.failure, undefined)
})

test('an empty store has nothing to renew: exit 3 for one, 0 for all', async (t) => {
  const app = await installed(t)
  const { team } = await app.stored()
  await app.store.installations.deleteAll({ ...(team && { teamId: team.id }) })
  assert.equal((await app.cli.main('refresh')).code, 3)
  const all = await app.cli.main('refresh', '--all')
  assert.deepEqual([all.code, all.stdout, all.stderr], [0, '', 'No token to renew\n'])
})
