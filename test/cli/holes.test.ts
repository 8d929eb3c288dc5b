import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { rotateGrant } from '../../src/flows/tokens/rotate.ts'
import { TokenRotator } from '../../src/index.ts'
import { botKey, installed } from '../support/installed.ts'
import { asOrdinaryUser } from '../support/other-user.ts'
import { printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { installation, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'
import { waitingInstall } from '../support/waiting-install.ts'

test("a bot's renewal that answers with a member's token is refused, and nothing is stored", async (t) => {
  const app = await installed(t)
  const key = await botKey(app)
  const before = await app.stored()
  app.slack.inject({
    method: 'oauth.v2.access',
    kind: 'patch',
    patch: { token_type: 'user', access_token: 'xoxe.xoxp-1-theirs' },
  })
  const { bot } = before
  if (!bot) throw new Error('no bot')
  const needs = {
    installations: app.store.installations,
    slack: app.client,
    clientSecret: () => app.env.SLACK_CLIENT_SECRET ?? '',
    now: () => Date.now() / 1000,
  }
  await assert.rejects(rotateGrant(needs, key, bot), {
    code: 'unexpected_response',
    message: /of a user, not of a bot/,
  })
  assert.deepEqual((await app.stored()).bot, bot)
})

test('refresh --migrate asks Slack for nothing where the store cannot be written', async (t) => {
  const app = await installed(t, { app: { tokenRotation: false } })
  const cli = asOrdinaryUser(app.cli)
  chmodSync(app.cli.db, 0o444)
  const { code } = await cli.run('refresh', '--migrate')
  assert.equal(code, 6)
  assert.equal(app.slack.calls('oauth.v2.exchange').length, 0)
})

test('no state is left after an interrupt or a time-out', async (t) => {
  for (const [args, end] of [
    [[], 'SIGINT'],
    [['--timeout', '1'], undefined],
  ] as const) {
    const waiting = await waitingInstall(t, {}, args)
    const states = () => {
      const db = new Database(waiting.cli.db, { readonly: true })
      const count = db.prepare('select count(*) from oauth_states').pluck().get()
      db.close()
      return count
    }
    assert.equal(states(), 1)
    if (end) waiting.command.child.kill(end)
    await waiting.command.finished
    assert.equal(states(), 0)
  }
})

test('each run with --pkce has a challenge of its own', async (t) => {
  const { env } = await slackApp(t, { app: { pkce: true } })
  const cli = await tempCli(t, env)
  const challenges = new Set<string | null>()
  for (let run = 0; run < 2; run++) {
    const command = cli.start('install', '--pkce', '--user-scopes', 'search:read')
    challenges.add(new URL(await printedUrl(command)).searchParams.get('code_challenge'))
    command.child.kill('SIGINT')
    await command.finished
  }
  assert.equal(challenges.size, 2)
  assert.ok(!challenges.has(null))
})

test('the bot and two members who ask at once are each given their own token', async (t) => {
  const app = await installed(t)
  const first = await app.stored()
  const second = await app.install(
    { scope: 'chat:write', user_scope: 'search:read' },
    { user: 'U0BOB000001' },
  )
  const rotator = new TokenRotator(app.store, {
    clientSecret: app.env.SLACK_CLIENT_SECRET ?? '',
    slackUrl: app.slack.url,
  })
  t.after(() => rotator.close())
  const key = { teamId: first.team?.id }
  const [bot, one, two] = await Promise.all([
    rotator.accessToken(key),
    rotator.accessToken({ ...key, userId: first.user.id }),
    rotator.accessToken({ ...key, userId: second.user.id }),
  ])
  assert.notEqual(first.user.id, second.user.id)
  assert.equal(new Set([bot, one, two]).size, 3)
  assert.match(bot ?? '', /xoxb-/)
  assert.equal((await app.stored(first.user.id)).user.grant?.token, one)
  assert.equal((await app.stored(second.user.id)).user.grant?.token, two)
})

test('an id that a shell would take for a command is never offered as a completion', async (t) => {
  const cli = await tempCli(t)
  await save(
    cli,
    installation({ team: { id: 'T$(touch x)', name: 'Evil' } }),
    installation({ team: { id: 'T1;ls', name: 'Evil too' } }),
    installation({ team: { id: 'T0GOOD' } }),
  )
  const { stdout } = await cli.main('completion', 'zsh', '--', 'token', '--team', '')
  assert.equal(stdout, 'T0GOOD\t\n')
})

test('a secret that is set counts, and not the file that is named as well', async (t) => {
  const cli = await tempCli(t, { SLACK_SIGNING_SECRET: 'in-the-environment' })
  const file = join(cli.home, 'secret')
  writeFileSync(file, 'in-the-file', { mode: 0o600 })
  const { clientSecret } = await import('../../src/cli/settings/secrets.ts')
  const both = { SLACK_CLIENT_SECRET: 'in-the-environment', SLACK_CLIENT_SECRET_FILE: file }
  assert.equal(clientSecret(both), 'in-the-environment')
  assert.equal(clientSecret({ SLACK_CLIENT_SECRET_FILE: file }), 'in-the-file')
})

test('refresh --all ends with the exit code that can be mended by waiting, where there are several', async (t) => {
  const app = await installed(t)
  // The bot's is refused for good, the member's only for now
  app.slack.inject({
    method: 'oauth.v2.access',
    kind: 'error',
    error: 'invalid_refresh_token',
    times: 1,
  })
  app.slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'fatal_error' })
  const { code, stderr } = await app.cli.main('refresh', '--all', '--timeout', '3')
  assert.equal(code, 5, stderr)
})
