import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freshGrant } from '../../src/flows/tokens/renew.ts'
import { installed, works } from '../support/installed.ts'
import { decide } from '../support/person.ts'
import { PASSWORD, postgresForTests, skip } from '../support/postgres.ts'
import { assertUsable, exchanges, renewalRound } from '../support/renewal-round.ts'
import { shell } from '../support/shell.ts'
import { slackApp } from '../support/slack-app.ts'
import { installation, ofMember, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'

const server = postgresForTests()

/** A command line whose store is a database, and the URL of that without a password. */
async function onServer(
  t: TestContext,
  env: Record<string, string> = {},
): Promise<TempCli & { readonly bare: string }> {
  const url = await server.store(t)
  const cli = await tempCli(t, { ...env, SLACK_OAUTH_DB: url, TZ: 'Asia/Tokyo' })
  return { ...cli, db: url, bare: url.replace(/:[^:@/]+@/, '@') }
}

test('a person installs into a database, and every command works on it', { skip }, async (t) => {
  const { env } = await slackApp(t)
  const cli = await onServer(t, env)

  const install = cli.start('install', '--scopes', 'chat:write')
  await decide(install)
  const { code, stdout, stderr } = await install.finished

  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Stored in +postgres:\/\/admin@127\.0\.0\.1:\d+\/postgres$/m)
  const token = (await cli.run('token')).stdout.trim()
  assert.match(token, /^xoxb-/)
  for (const [command, says] of [
    [['list'], /^T0SANDBOX01 /m],
    [['show'], /chat:write/],
    [['check'], /live/],
    [['exec', '--', process.execPath, '-p', 'process.env.SLACK_BOT_TOKEN'], new RegExp(token)],
    [['export'], new RegExp(token)],
    [['revoke', '--yes'], /^$/],
  ] as const) {
    const run = await cli.run(...command)
    assert.equal(run.code, 0, `${command}: ${run.stderr}`)
    assert.match(run.stdout, says)
  }
  assert.equal((await cli.run('token')).code, 3)
})

test('a file moves into a database, and back, whole', { skip }, async (t) => {
  const file = await tempCli(t)
  await save(file, installation(), ofMember('U2', 'xoxp-2'))
  const cli = await onServer(t)

  const { code, stderr } = await cli.run('import', '--from', 'sqlite', file.db)

  assert.equal(code, 0, stderr)
  const [there, here] = await Promise.all([cli, file].map((each) => each.run('export')))
  assert.equal(there?.stdout, here?.stdout)
  const copy = join(cli.home, 'copy.db')
  assert.equal((await cli.run('export', '--to', 'sqlite', copy)).code, 0)
  assert.equal((await file.run('export', '--db', copy)).stdout, here?.stdout)
})

test('forty processes at once, on the hour at which the token expires, print one token', {
  skip,
}, async (t) => {
  const app = await installed(t, { db: await server.store(t) })

  const round = await renewalRound(app, 40)

  assert.deepEqual(round.failures, [])
  assert.equal(round.exchanges, 1)
  assert.equal(new Set(round.tokens).size, 1)
  assert.equal(round.tokens.length, 40)
  assert.ok(await works(app, round.tokens[0] ?? ''))
})

test('of twelve processes, those that are not killed print a token that works', {
  skip,
}, async (t) => {
  const app = await installed(t, { db: await server.store(t) })
  app.slack.inject({ method: 'oauth.v2.access', kind: 'drop-answer', times: 2 })

  const { tokens, failures } = await renewalRound(app, 12, { kill: 8 })

  assert.deepEqual(failures, [])
  for (const token of new Set(tokens)) assert.ok(await works(app, token))
  await assertUsable(app)
})

test('whoever has lost the lock asks Slack for nothing', { skip }, async (t) => {
  const app = await installed(t, { db: await server.store(t) })
  const { bot, team, clientId } = await app.stored()
  assert.ok(bot && team)
  const needs = {
    store: {
      installations: app.store.installations,
      async tryLock(key: Parameters<typeof app.store.tryLock>[0]) {
        const lock = await app.store.tryLock(key)
        await server.sql(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`,
        )
        await until(() => lock?.isLost())
        return lock
      },
    },
    slack: app.client,
    clientSecret: () => app.env.SLACK_CLIENT_SECRET ?? '',
    now: () => Date.now() / 1000,
    lockTimeoutSeconds: 10,
  }
  const key = { clientId, teamId: team.id, isEnterpriseInstall: false }

  await assert.rejects(freshGrant(needs, key, bot, { minTtlSeconds: 60 }), {
    code: 'store_unavailable',
    message: /^The lock of the bot token for .* was lost with its connection$/,
  })

  assert.equal(exchanges(app), 0)
})

test('the password is in no output, whatever goes wrong', { skip }, async (t) => {
  const cli = await onServer(t)
  const encoded = encodeURIComponent(PASSWORD)
  const url = new URL(cli.db)
  url.search = ''
  const wrong: readonly string[] = [
    url.href.replace('/postgres', '/nowhere'),
    url.href.replace('admin', 'nobody'),
    url.href.replace(String(server.port), '1'),
    url.href.replace('127.0.0.1', 'nowhere.invalid'),
    url.href.replace('postgres:', 'postgrex:'),
    url.href.replace(encoded, PASSWORD),
    `${url.href}?sslmode=require`,
    `${url.href}?sslmode=${encoded}`,
    `${url.href}?hunter=${encoded}`,
    `${url.href}?password=${encoded}&sslmode=verify-ca&sslrootcert=/nowhere`,
  ]
  for (const db of wrong) {
    for (const run of [
      await cli.run('list', '--db', db),
      await cli.run('list', '--json', '--db', db),
    ]) {
      assert.ok(run.code === 6 || run.code === 2, run.stderr)
      assert.equal(run.stdout, '')
      assert.match(run.stderr, /error/)
      assert.doesNotMatch(run.stderr + run.stdout, /p@ss|p%40ss|word#1|word%231/, db)
    }
  }
})

test('a password in --db is warned of, and taken from the environment or a file instead', {
  skip,
}, async (t) => {
  const cli = await onServer(t)
  const quiet = { SLACK_OAUTH_DB: '' }

  const shown = await cli.run('list', '--db', cli.db)
  assert.match(shown.stderr, /^warning: The process list shows the password in --db/)
  assert.equal(shown.stderr.match(/warning/g)?.length, 1)

  const none = await cli.with(quiet).run('list', '--db', cli.bare)
  assert.equal(none.code, 6)
  assert.match(none.stderr, /asks for a password .*\nhint: Set PGPASSWORD/)
  const byVariable = await cli
    .with({ ...quiet, PGPASSWORD: PASSWORD })
    .run('list', '--db', cli.bare)
  assert.deepEqual(byVariable, { code: 0, stdout: '', stderr: 'Nothing is installed\n' })

  const passfile = join(cli.home, '.pgpass')
  const line = `127.0.0.1:${server.port}:*:admin:${PASSWORD}\n`
  writeFileSync(passfile, `# mine\nother:*:*:*:wrong\n${line}`, { mode: 0o600 })
  const byFile = await cli.with(quiet).run('list', '--db', cli.bare)
  assert.deepEqual(byFile, { code: 0, stdout: '', stderr: 'Nothing is installed\n' })
  writeFileSync(join(cli.home, 'open'), line, { mode: 0o644 })
  const open = { ...quiet, PGPASSFILE: join(cli.home, 'open') }
  const byOpenFile = await cli.with(open).run('list', '--db', cli.bare)
  assert.equal(byOpenFile.code, 6)
  assert.match(byOpenFile.stderr, /^warning: .*open is not used, since others can read it/)
})

test('the recipe for a database shared between runners works in sh', { skip }, async (t) => {
  const app = await installed(t, { db: await server.store(t) })
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/ci.md'), 'utf8')
  const [, recipe = ''] = /^## PostgreSQL.*\n+```sh\n([\s\S]*?)```/m.exec(page) ?? []
  const [, url = ''] = /'(postgres:.*)'/.exec(recipe) ?? []
  writeFileSync(join(app.cli.home, 'post.js'), 'console.log(process.env.SLACK_BOT_TOKEN)')

  const { run } = shell(app.cli)
  const here = recipe.replace(url, app.cli.env.SLACK_OAUTH_DB ?? '')
  const { code, stdout, stderr } = await run(here)

  assert.equal(code, 0, stderr)
  assert.ok(await works(app, stdout.trim()))
})

test('where pg is not installed, what to install is said', async (t) => {
  const cli = await tempCli(t)
  for (const file of ['bin/slack-oauth.cjs', 'dist/cli.cjs']) {
    cpSync(resolve(import.meta.dirname, '../..', file), join(cli.home, file))
  }
  const program = join(cli.home, 'bin/slack-oauth.cjs')

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'list', '--db', 'postgres://me@localhost/d'],
    { encoding: 'utf8', env: cli.env },
  )

  assert.equal(status, 6)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /^error: The package pg, .* is missing \(store_driver\)\nhint: npm install pg/,
  )
})
