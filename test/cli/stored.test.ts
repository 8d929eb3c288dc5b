import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { type Installation, openStore } from '../../src/index.ts'
import { BIN, type TempCli, tempCli } from '../support/temp-cli.ts'

const now = () => Date.now() / 1000

function installation(changes: Partial<Installation> = {}): Installation {
  return {
    clientId: '1.2',
    appId: 'A1',
    team: { id: 'T1', name: 'Acme' },
    bot: { token: 'xoxb-secret-1', id: 'B1', userId: 'U9', scopes: ['chat:write'] },
    user: { id: 'U1' },
    isEnterpriseInstall: false,
    tokenType: 'bot',
    installedAt: now(),
    ...changes,
  }
}

const { team: _, ...withoutTeam } = installation()
const org: Installation = {
  ...withoutTeam,
  enterprise: { id: 'E1', name: 'Acme Org' },
  isEnterpriseInstall: true,
  bot: { token: 'xoxb-org', id: 'B2', userId: 'U8', scopes: [] },
}

const ofUser = (id: string, token: string, expiresAt?: number): Installation =>
  installation({
    user: { id, grant: { token, scopes: ['search:read'], ...(expiresAt && { expiresAt }) } },
  })

async function save(cli: TempCli, ...installations: readonly Installation[]): Promise<void> {
  const store = await openStore(cli.db)
  for (const each of installations) await store.installations.save(each)
  await store.close()
}

test('token prints the token and a newline, and nothing on stderr', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  assert.deepEqual(await cli.main('token'), { code: 0, stdout: 'xoxb-secret-1\n', stderr: '' })
})

test('token says how to install when nothing is, and leaves stdout empty', async (t) => {
  const cli = await tempCli(t)
  const { code, stdout, stderr } = await cli.main('token')
  assert.equal(code, 3)
  assert.equal(stdout, '')
  assert.equal(
    stderr,
    `error: Nothing is installed: there is no ${cli.db} (not_installed)\nhint: slack-oauth install\n`,
  )
})

test('token for a workspace that is not there names it and exits 3', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const { code, stdout, stderr } = await cli.main('token', '--team', 'T404')
  assert.equal(code, 3)
  assert.equal(stdout, '')
  assert.equal(
    stderr,
    'error: Nothing is installed for workspace T404 (not_installed)\nhint: See what is: slack-oauth list\n',
  )
})

test('token without a choice lists the workspaces to choose from', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation(), installation({ team: { id: 'T2', name: 'Beta' } }), org)
  const { code, stdout, stderr } = await cli.main('token')
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.equal(
    stderr,
    'error: Several installations match: Acme (T1), Beta (T2), the organization Acme Org (E1) (ambiguous_installation)\n' +
      'hint: Choose one, as in --team T1\n',
  )
})

test('token --team and --enterprise choose the place', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation(), org)
  assert.equal((await cli.main('token', '--team', 'T1')).stdout, 'xoxb-secret-1\n')
  assert.equal((await cli.main('token', '--enterprise', 'E1')).stdout, 'xoxb-org\n')
})

test('token --client-id and SLACK_CLIENT_ID choose the app', async (t) => {
  const cli = await tempCli(t)
  const other = installation({
    clientId: '3.4',
    bot: { token: 'xoxb-other', id: 'B1', userId: 'U9', scopes: [] },
  })
  await save(cli, installation(), other)
  assert.equal((await cli.main('token')).code, 2)
  assert.equal((await cli.main('token', '--client-id', '3.4')).stdout, 'xoxb-other\n')
  assert.equal((await cli.with({ SLACK_CLIENT_ID: '1.2' }).run('token')).stdout, 'xoxb-secret-1\n')
})

test('token --user prints the token of that member, of the only one without an id', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxp-one'))
  assert.equal((await cli.main('token', '--user')).stdout, 'xoxp-one\n')
  await save(cli, ofUser('U2', 'xoxp-two'))
  assert.equal((await cli.main('token', '--user', 'U2')).stdout, 'xoxp-two\n')
  assert.equal((await cli.main('token', '--user', 'U3')).code, 3)
  const several = await cli.main('token', '--user')
  assert.equal(several.code, 2)
  assert.match(several.stderr, /Several members installed the app in Acme \(T1\): U1, U2/)
})

test('token prefers the bot however many members have tokens', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxp-one'), ofUser('U2', 'xoxp-two'))
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')
})

test('an expired token is exit 4 with a hint and is never printed', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxe.xoxp-1-old', Math.floor(now()) - 5))
  const { code, stdout, stderr } = await cli.main('token', '--user', 'U1')
  assert.equal(code, 4)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /^error: The token of U1 for T1 expired at \S+Z and was stored without a refresh token \(token_expired\)\nhint: slack-oauth install .+\n$/,
  )
})

test('a token that has not expired is printed', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxe.xoxp-1-new', Math.floor(now()) + 600))
  assert.equal((await cli.main('token', '--user', 'U1')).stdout, 'xoxe.xoxp-1-new\n')
})

test('list shows what is installed, and no token', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxp-secret-2'), org)
  const { code, stdout, stderr } = await cli.main('list')
  assert.equal(code, 0)
  assert.equal(stderr, '')
  assert.match(stdout, /^WORKSPACE {2}NAME {6}MEMBER {2}APP {2}TOKENS/)
  assert.match(stdout, /^T1 +Acme +U1 +A1 +bot, user +never +\d{4}-/m)
  assert.match(stdout, /^E1 +Acme Org +U1 +A1 +bot +never/m)
  assert.doesNotMatch(stdout, /secret|xoxb-org/)
})

test('list --json is one object a line, redacted unless --reveal', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation(), org)
  const { stdout } = await cli.main('list', '--json')
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, 2)
  const [first]: { team_id: string; bot_token: string }[] = lines.map((line) => JSON.parse(line))
  assert.equal(first?.bot_token, 'xoxb-***')
  assert.match((await cli.main('list', '--json', '--reveal')).stdout, /"bot_token":"xoxb-secret-1"/)
})

test('an empty list is exit 0 with nothing on stdout', async (t) => {
  const cli = await tempCli(t)
  assert.deepEqual(await cli.main('list'), {
    code: 0,
    stdout: '',
    stderr: 'Nothing is installed\n',
  })
  assert.deepEqual(await cli.main('list', '--json'), { code: 0, stdout: '', stderr: '' })
})

test('names from Slack cannot write to the terminal', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation({ team: { id: 'T1', name: 'Evil\u001b[2J\u202eName\n' } }))
  for (const args of [['list'], ['show'], ['token', '--user']]) {
    const { stdout, stderr } = await cli.main(...args)
    assert.ok(!/\u202e|\p{Cc}/u.test((stdout + stderr).replaceAll('\n', '')), args[0])
  }
})

test('show prints everything, secrets only with --reveal', async (t) => {
  const cli = await tempCli(t)
  const webhook = { url: 'https://hooks.slack.com/services/T1/B1/secret-3', channel: '#general' }
  await save(cli, installation({ incomingWebhook: webhook }))
  const hidden = await cli.main('show')
  assert.match(hidden.stdout, /^team_name +Acme$/m)
  assert.match(hidden.stdout, /^bot_token +xoxb-\*\*\*$/m)
  assert.match(hidden.stdout, /^incoming_webhook_url +\*\*\*$/m)
  assert.doesNotMatch(hidden.stdout, /secret/)
  const revealed = await cli.main('show', '--reveal')
  assert.match(revealed.stdout, /^bot_token +xoxb-secret-1$/m)
  assert.match(revealed.stdout, /secret-3/)
})

test('show --json is one document', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const shown: Record<string, unknown> = JSON.parse((await cli.main('show', '--json')).stdout)
  assert.equal(shown.team_id, 'T1')
  assert.equal(shown.bot_token, 'xoxb-***')
  assert.equal(shown.enterprise_id, null)
})

test('show of a workspace that several members installed asks for one of them', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation(), installation({ user: { id: 'U2' } }))
  const { code, stderr } = await cli.main('show', '--team', 'T1')
  assert.equal(code, 2)
  assert.match(stderr, /hint: Choose one, as in --user U1/)
  assert.equal((await cli.main('show', '--team', 'T1', '--user', 'U2')).code, 0)
})

test('a store that others can read is warned of, and read', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  await chmod(cli.db, 0o644)
  const { code, stdout, stderr } = await cli.main('token')
  assert.equal(code, 0)
  assert.equal(stdout, 'xoxb-secret-1\n')
  assert.equal(
    stderr,
    `warning: ${cli.db} holds tokens and others can read it: chmod 600 '${cli.db}'\n`,
  )
})

test('url prints one authorize URL whose state the store will take once', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  const { code, stdout, stderr } = await cli.main('url', '--scopes', 'chat:write', '--team', 'T1')
  assert.equal(code, 0)
  assert.equal(stderr, '')
  const url = new URL(stdout)
  assert.equal(url.origin + url.pathname, 'https://slack.com/oauth/v2/authorize')
  assert.equal(url.searchParams.get('team'), 'T1')
  assert.equal(url.searchParams.get('redirect_uri'), 'http://localhost:8910/slack/oauth_redirect')
  const store = await openStore(cli.db)
  const state = url.searchParams.get('state') ?? ''
  assert.equal(await store.states.consume(state), true)
  assert.equal(await store.states.consume(state), false)
  await store.close()
})

test('of several redirect URIs url uses the first alone', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  const [first, second] = ['http://localhost:3001/', 'http://localhost:3002/']
  const several = ['--redirect-uri', first, '--redirect-uri', second]
  const { stdout } = await cli.main('url', '--scopes', 'a:b', ...several)
  assert.equal(new URL(stdout).searchParams.get('redirect_uri'), first)
})

test('GovSlack is another origin', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  const { stdout } = await cli.main(
    'url',
    '--scopes',
    'a:b',
    '--slack-url',
    'https://slack-gov.com',
  )
  assert.match(stdout, /^https:\/\/slack-gov\.com\/oauth\/v2\/authorize\?/)
})

test('a reader that has seen enough is no failure', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ...Array.from({ length: 300 }, (_, i) => installation({ user: { id: `U${i}` } })))
  const command = cli.start('list', '--json')
  command.child.stdout?.destroy()
  const { code, stderr } = await command.finished
  assert.equal(code, 0)
  assert.equal(stderr, '')
})

test('an organization named alone means its org-wide installation', async (t) => {
  const cli = await tempCli(t)
  const inside = installation({ team: { id: 'T2', name: 'Inside' }, enterprise: { id: 'E1' } })
  await save(cli, inside, org)
  assert.equal((await cli.main('token', '--enterprise', 'E1')).stdout, 'xoxb-org\n')
  assert.match((await cli.main('show', '--enterprise', 'E1')).stdout, /^bot_id +B2$/m)
  assert.equal((await cli.main('token', '--team', 'T2')).stdout, 'xoxb-secret-1\n')
  assert.equal((await cli.main('list', '--enterprise', 'E1')).stdout.trim().split('\n').length, 3)
})

test('a workspace without an installation is covered by its organization', async (t) => {
  const cli = await tempCli(t)
  await save(cli, org)
  assert.equal((await cli.main('token', '--team', 'T2', '--enterprise', 'E1')).stdout, 'xoxb-org\n')
  assert.equal((await cli.main('token', '--team', 'T2')).code, 3)
})

test('url is for the only app in the store where none is set', async (t) => {
  const cli = await tempCli(t)
  assert.match((await cli.main('url', '--scopes', 'a:b')).stderr, /client ID is not set/)
  await save(cli, installation())
  const { stdout } = await cli.main('url', '--scopes', 'a:b')
  assert.equal(new URL(stdout).searchParams.get('client_id'), '1.2')
  await save(cli, installation({ clientId: '3.4' }))
  assert.equal((await cli.main('url', '--scopes', 'a:b')).code, 2)
})

test('list --reveal without --json is refused', async (t) => {
  const { code, stderr } = await (await tempCli(t)).run('list', '--reveal')
  assert.equal(code, 2)
  assert.match(stderr, /--reveal needs --json/)
})

const asRoot = process.getuid?.() === 0 ? false : 'it takes root to be another user'

test('a store on a read-only mount is read, and not written', { skip: asRoot }, async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  await save(cli, installation())
  await chmod(cli.db, 0o444)
  await chmod(dirname(cli.db), 0o555)
  await chmod(cli.home, 0o755)
  const asNobody = (...args: string[]) =>
    spawnSync(process.execPath, [BIN, ...args], {
      uid: 65534,
      gid: 65534,
      cwd: '/',
      env: cli.env,
      encoding: 'utf8',
    })

  assert.equal(asNobody('token').stdout, 'xoxb-secret-1\n')
  assert.match(asNobody('list').stdout, /^T1 +Acme/m)
  const { status, stdout, stderr } = asNobody('url', '--scopes', 'a:b')
  assert.equal(status, 6)
  assert.equal(stdout, '')
  assert.match(stderr, /cannot be written \(store_unavailable\)/)
})

test('on a read-only mount, what a killed writer has not finished is not read', {
  skip: asRoot,
}, async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const writer = new Database(cli.db)
  t.after(() => writer.close())
  writer.exec(`
    pragma journal_mode = delete; pragma cache_size = 1; begin;
    update slack_bots set bot_token = 'xoxb-unfinished';
    update slack_installations set bot_token = 'xoxb-unfinished';
    create table filling (a);
  `)
  // More than the cache holds, so that it is in the file before it is committed
  const fill = writer.prepare('insert into filling values (randomblob(1000))')
  for (let row = 0; row < 100; row++) fill.run()
  const killed = join(cli.home, 'killed.db')
  for (const suffix of ['', '-journal']) {
    copyFileSync(`${cli.db}${suffix}`, `${killed}${suffix}`)
    await chmod(`${killed}${suffix}`, 0o444)
  }
  assert.match(readFileSync(killed, 'latin1'), /xoxb-unfinished/)
  await chmod(cli.home, 0o555)

  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'token', '--db', killed], {
    uid: 65534,
    gid: 65534,
    cwd: '/',
    env: cli.env,
    encoding: 'utf8',
  })
  assert.deepEqual([status, stdout], [6, ''])
  assert.match(stderr, /\(store_unavailable\)/)
})

test('output that cannot be written is an error of one line', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const { stderr, status } = spawnSync(process.execPath, [BIN, 'token'], {
    env: cli.env,
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    encoding: 'utf8',
  })
  assert.equal(stderr, 'error: The output cannot be written: ENOSPC (output_failed)\n')
  assert.equal(status, 6)
})

const unreadableTokens: readonly [name: string, sql: string][] = [
  ['a newline', "'xoxb-a' || char(10) || 'X-Evil: 1'"],
  ['a NUL', "'xoxb-a' || char(0) || 'b'"],
  ['a blank', "' '"],
  ['a blob', "x'786f7862'"],
]

for (const [name, sql] of unreadableTokens) {
  test(`a stored token that is ${name} is exit 6 and is not printed`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    change(
      cli,
      `update slack_bots set bot_token = ${sql}; update slack_installations set bot_token = ${sql}`,
    )
    const { code, stdout, stderr } = await cli.main('token')
    assert.equal(code, 6, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, /Row \d+ of the store holds no token in bot_token \(store_corrupt\)/)
  })
}

for (const expiry of ["'garbage'", "x'31'", '-99999999999999', '1e300']) {
  test(`an expiry of ${expiry} is one that has passed`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    change(cli, `update slack_bots set bot_token_expires_at = ${expiry}`)
    const { code, stdout, stderr } = await cli.main('token')
    assert.equal(code, 4, stderr)
    assert.equal(stdout, '')
    assert.equal((await cli.main('list')).code, 0)
  })
}

test('a row from the end of time does not keep a new one from being found', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation({ user: { id: 'U2' } }))
  change(cli, "update slack_installations set installed_at = '9999-12-31 23:59:59.999'")
  change(cli, "update slack_bots set installed_at = '9999-12-31 23:59:59.999'")
  const bot = { token: 'xoxb-new', id: 'B1', userId: 'U9', scopes: [] }
  await save(cli, installation({ bot }))
  assert.equal((await cli.main('token')).stdout, 'xoxb-new\n')
  assert.equal((await cli.main('list')).code, 0)
})

test('a table that lacks a column is no store', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  change(cli, 'alter table slack_bots rename column bot_token to other')
  // One that we have brought up to date is not looked at again, until something is missing
  const ours = await cli.main('token')
  assert.equal(ours.code, 6)
  assert.match(ours.stderr, /tables that are not those of a store \(store_unsupported\)/)

  change(cli, 'drop table slack_oauth_migrations')
  const { code, stderr } = await cli.main('token')
  assert.equal(code, 6)
  assert.match(
    stderr,
    /tables that are not those of a store: slack_bots has no bot_token \(store_unsupported\)/,
  )
})

test('Ctrl-C ends the wait for whoever has the store locked', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const writer = new Database(cli.db)
  t.after(() => writer.close())
  writer.exec('pragma locking_mode = exclusive; begin exclusive')
  const envFile = join(cli.home, 'settings.env')
  writeFileSync(envFile, 'SLACK_CLIENT_SECRET=not-one\n', { mode: 0o644 })

  const command = cli.start('token', '--env-file', envFile)
  // The last word before the store is opened
  await command.waitFor(/^warning: .* others can read it/)
  command.child.kill('SIGINT')

  const { code, stdout, stderr } = await command.finished
  assert.deepEqual([code, stdout], [130, ''])
  assert.match(stderr, /^error: Interrupted \(interrupted\)$/m)
})

test('an expired token comes with the whole command that replaces it', async (t) => {
  const cli = await tempCli(t)
  await save(cli, ofUser('U1', 'xoxe.xoxp-1-old', 5))
  const { stderr } = await cli.main('token', '--user')
  assert.match(stderr, /^hint: slack-oauth install --team T1 --user-scopes search:read$/m)
})

function change(cli: TempCli, sql: string): void {
  const db = new Database(cli.db)
  try {
    db.exec(sql)
  } finally {
    db.close()
  }
}
