import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { type Probe, runProbes } from '../../src/flows/doctor/probes.ts'
import { ownCertificate } from '../../src/loopback/certificate/self-signed.ts'
import { answeringSlack } from '../support/answering-slack.ts'
import { connectProxy } from '../support/connect-proxy.ts'
import { freePort } from '../support/free-port.ts'
import { httpsSlack, skipTls } from '../support/https-slack.ts'
import { installed } from '../support/installed.ts'
import { type SlackApp, slackApp } from '../support/slack-app.ts'
import { type Finished, type TempCli, tempCli } from '../support/temp-cli.ts'

interface Check {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  readonly hint: string | null
  readonly code: string | null
}

interface Diagnosis extends Finished {
  readonly checks: readonly Check[]
  /** The one check of that name. */
  of(name: string): Check
}

async function diagnose(cli: TempCli, ...args: string[]): Promise<Diagnosis> {
  const finished = await cli.run('doctor', '--json', ...args)
  const { checks }: { checks: Check[] } = JSON.parse(finished.stdout)
  return {
    ...finished,
    checks,
    of(name) {
      const found = checks.filter((check) => check.name === name)
      assert.equal(found.length, 1, `${name}: ${finished.stdout}`)
      const [check] = found
      assert.ok(check)
      return check
    },
  }
}

/** A machine on which nothing is wrong. */
async function healthy(t: TestContext): Promise<SlackApp & { cli: TempCli }> {
  const app = await slackApp(t)
  return { ...app, cli: await tempCli(t, app.env) }
}

/** Nothing set, but for a redirect URI whose port is free: the default's may be anybody's. */
async function bare(t: TestContext, env: Record<string, string> = {}): Promise<TempCli> {
  return tempCli(t, { SLACK_REDIRECT_URI: `http://localhost:${await freePort()}/`, ...env })
}

test('with nothing configured says what comes next, and makes nothing', async (t) => {
  const cli = await tempCli(t, { SLACK_OAUTH_DB: '' })
  const { checks, of } = await diagnose(cli, '--offline')
  const failed = checks.filter(({ name, status }) => status === 'fail' && name !== 'port')
  assert.deepEqual(failed, [])
  assert.match(of('client-id').hint ?? '', /Set SLACK_CLIENT_ID/)
  assert.match(of('client-secret').hint ?? '', /Set SLACK_CLIENT_SECRET/)
  assert.match(of('store').message, /there is none yet at \S+installations\.db, from the default/)
  assert.equal(of('store').hint, 'slack-oauth install makes it')
  assert.equal(of('slack').message, 'not asked: --offline')
  assert.match(of('node').message, /^\d+\.\d+\.\d+$/)
  assert.match(of('sqlite').message, /^better-sqlite3 \d\S+ with SQLite 3\.\S+$/)
  assert.deepEqual(readdirSync(cli.home), [])
})

test('prints for people in one order, and ends with a count on stderr', async (t) => {
  const { cli } = await healthy(t)
  const { code, stdout, stderr } = await cli.run('doctor')
  assert.equal(code, 0, stderr)
  const names = [...stdout.matchAll(/^(?:ok {2}|warn|fail) {2}(\S+)/gm)].map(([, name]) => name)
  assert.deepEqual(names, [
    ...['slack-oauth', 'node', 'sqlite', 'client-id', 'client-secret', 'signing-secret'],
    ...['scopes', 'slack-url'],
    ...['redirect-uri', 'port', 'localhost', 'browser', 'proxy', 'slack', 'clock', 'store', 'disk'],
  ])
  assert.match(stderr, /^17 checks: \d+ ok, \d+ warn, 0 fail$/m)
})

test('asks Slack for api.test alone, once', async (t) => {
  const { cli, slack } = await healthy(t)
  const { of } = await diagnose(cli)
  assert.equal(slack.calls().length, 1)
  assert.deepEqual(slack.calls('api.test')[0]?.params, {})
  assert.match(of('slack').message, /^http:\S+ answered in \d+ ms$/)
  assert.match(of('clock').message, /^as Slack's$/)
})

test('--offline asks nobody', async (t) => {
  const { cli, slack } = await healthy(t)
  await diagnose(cli, '--offline')
  assert.equal(slack.calls().length, 0)
})

test('says where each setting came from', async (t) => {
  const cli = await bare(t, { SLACK_SCOPES: 'chat:write' })
  const envFile = join(cli.home, 'app.env')
  writeFileSync(
    envFile,
    'SLACK_CLIENT_ID=1.2\nSLACK_SCOPES=im:read\nSLACK_CLIENT_SECRET=hush-hush\n',
  )
  const { of, stdout, stderr } = await diagnose(
    cli,
    '--offline',
    ...['--env-file', envFile, '--user-scopes', 'search:read'],
  )
  assert.equal(of('client-id').message, `1.2, from SLACK_CLIENT_ID of ${envFile}`)
  assert.equal(of('scopes').message, 'chat:write, from SLACK_SCOPES of the environment')
  assert.equal(of('user-scopes').message, 'search:read, from --user-scopes')
  assert.equal(of('slack-url').message, 'https://slack.com, from the default')
  assert.equal(of('client-secret').message, `set, from SLACK_CLIENT_SECRET of ${envFile}`)
  assert.match(of('store').message, /from SLACK_OAUTH_DB of the environment/)
  assert.doesNotMatch(stdout + stderr, /hush/)
})

test('an env file without settings fails, and all else is looked at', async (t) => {
  const cli = await bare(t)
  const empty = join(cli.home, 'empty.env')
  writeFileSync(empty, '')
  const { code, of } = await diagnose(cli, '--offline', '--env-file', empty)
  assert.equal(code, 2)
  assert.match(of('env-file').message, /holds no settings/)
  assert.equal(of('node').status, 'ok')
})

test('a client ID that is not like one of Slack is a warning', async (t) => {
  const cli = await bare(t, { SLACK_CLIENT_ID: 'A0123ABCD' })
  const { code, of } = await diagnose(cli, '--offline')
  assert.equal(code, 0)
  assert.equal(of('client-id').status, 'warn')
  assert.match(of('client-id').hint ?? '', /App ID/)
})

test('two client secrets are a warning that says which one counts', async (t) => {
  const cli = await bare(t, { SLACK_CLIENT_SECRET: 'hush', SLACK_CLIENT_SECRET_FILE: '/x' })
  const { status, message } = (await diagnose(cli, '--offline')).of('client-secret')
  assert.equal(status, 'warn')
  assert.match(message, /from SLACK_CLIENT_SECRET of the environment; SLACK_CLIENT_SECRET_FILE is/)
})

test('a secret file that is not there fails, and one that others can read is a warning', async (t) => {
  const cli = await bare(t)
  const file = join(cli.home, 'secret')
  const set = cli.with({ SLACK_CLIENT_SECRET_FILE: file })
  const missing = await diagnose(set, '--offline')
  assert.equal(missing.code, 2)
  assert.match(missing.of('client-secret').message, /Cannot read the file \S+secret/)
  writeFileSync(file, 'hush', { mode: 0o644 })
  assert.match((await diagnose(set, '--offline')).of('client-secret').message, /others can read/)
  chmodSync(file, 0o600)
  assert.equal((await diagnose(set, '--offline')).of('client-secret').status, 'ok')
})

test('scopes and a Slack URL that are none fail, with exit 2', async (t) => {
  const cli = await bare(t)
  const { code, of, checks } = await diagnose(
    cli,
    ...['--scopes', 'chat;write', '--slack-url', 'http://slack.example'],
  )
  assert.equal(code, 2)
  assert.equal(of('scopes').code, 'invalid_scope')
  assert.match(of('slack-url').message, /neither https nor http on localhost/)
  assert.ok(!checks.some(({ name }) => name === 'slack'))
})

test('a redirect URI that Slack refuses fails with the rule', async (t) => {
  const cli = await bare(t)
  const { code, of } = await diagnose(cli, '--offline', '--redirect-uri', 'http://example.com/x')
  assert.equal(code, 2)
  assert.match(of('redirect-uri').message, /http on another host, which Slack refuses/)
})

for (const address of ['127.0.0.1', '::1']) {
  test(`a port that is taken on ${address} fails, and its holder is named`, async (t) => {
    const { cli, redirectUri } = await healthy(t)
    const port = Number(new URL(redirectUri).port)
    await hold(t, port, address)
    const { code, of } = await diagnose(cli, '--offline')
    assert.equal(code, 2)
    assert.ok(of('port').message.startsWith(`${port} is in use on ${address}`), of('port').message)
    if (process.platform === 'linux') assert.match(of('port').message, /by .*\(process \d+\)/)
    assert.equal(of('port').code, 'port_in_use')
  })
}

test('a port that is taken is a warning where another redirect URI has a free one', async (t) => {
  const { cli } = await healthy(t)
  const [taken, free] = [await freePort(), await freePort()]
  await hold(t, taken, '127.0.0.1')
  const uris = [taken, free].flatMap((port) => ['--redirect-uri', `http://localhost:${port}/`])
  const { code, checks } = await diagnose(cli, '--offline', ...uris)
  assert.equal(code, 0)
  const ports = checks.filter(({ name }) => name === 'port')
  assert.deepEqual(
    ports.map(({ status }) => status),
    ['warn', 'ok'],
  )
})

test('without a browser to open, says why', async (t) => {
  const cli = await bare(t, { BROWSER: 'none' })
  assert.match((await diagnose(cli, '--offline')).of('browser').message, /BROWSER says/)
})

const clocks: readonly [seconds: number, status: string, exit: number][] = [
  [20, 'ok', 0],
  [-100, 'warn', 0],
  [1_000, 'fail', 2],
]
for (const [seconds, status, exit] of clocks) {
  test(`a clock that is ${seconds} seconds ahead of Slack's is ${status}`, async (t) => {
    const cli = await bare(t)
    const date = new Date(Date.now() - seconds * 1000).toUTCString()
    const url = await answeringSlack(t, { ok: true }, { headers: { Date: date } })
    const { code, of } = await diagnose(cli, '--slack-url', url)
    assert.equal(code, exit)
    assert.equal(of('clock').status, status)
    assert.match(of('clock').message, seconds > 0 ? /ahead of Slack's/ : /behind Slack's/)
  })
}

test('a Slack that is not there fails with exit 5, and nothing is said of the clock', async (t) => {
  const { cli } = await healthy(t)
  const { code, of, checks } = await diagnose(
    cli,
    '--slack-url',
    `http://localhost:${await freePort()}`,
  )
  assert.equal(code, 5)
  assert.match(of('slack').message, /ECONNREFUSED/)
  assert.ok(!checks.some(({ name }) => name === 'clock'))
})

test('a page of another kind in the place of Slack fails', async (t) => {
  const { cli } = await healthy(t)
  const url = await answeringSlack(t, '<html>Sign in to the hotel network</html>')
  const { code, of } = await diagnose(cli, '--slack-url', url)
  assert.equal(code, 5)
  assert.match(of('slack').message, /The answer to api\.test is not one of Slack's/)
})

test('a Slack that keeps silent holds no other check back', async (t) => {
  const { cli, slack } = await healthy(t)
  slack.inject({ method: 'api.test', kind: 'silence' })
  const { code, of } = await diagnose(cli, '--timeout', '1')
  assert.equal(code, 5)
  assert.match(of('slack').message, /did not answer within 1 seconds/)
  assert.equal(of('store').status, 'ok')
})

test('Ctrl-C ends it at once', async (t) => {
  const { cli, slack } = await healthy(t)
  slack.inject({ method: 'api.test', kind: 'silence' })
  const command = cli.start('doctor', '--timeout', '100')
  await command.waitFor(/^ok +proxy/m, 'stdout')
  command.child.kill('SIGINT')
  const { code, stdout, stderr } = await command.finished
  assert.equal(code, 130)
  assert.match(stderr, /^error: Interrupted \(interrupted\)$/m)
  assert.doesNotMatch(stdout, /^fail|^ok +store/m)
})

test('the proxy is named without its credentials, and asked', { skip: skipTls }, async (t) => {
  const { cli, slack } = await healthy(t)
  const tls = await httpsSlack(t, slack.url)
  const proxy = await connectProxy(t, { port: tls.port })
  const set = cli.with({
    HTTPS_PROXY: proxy.url.replace('//', '//me:hush@'),
    NODE_EXTRA_CA_CERTS: tls.ca,
  })
  const { code, of, stdout, stderr } = await diagnose(set, '--slack-url', 'https://slack.test')
  assert.equal(code, 0, stdout)
  assert.equal(of('proxy').message, `${proxy.url} of HTTPS_PROXY, with credentials`)
  assert.match(of('certificates').message, /of NODE_EXTRA_CA_CERTS is added/)
  assert.doesNotMatch(stdout + stderr, /hush/)
  assert.equal(proxy.asked.length, 1)

  const untrusted = await diagnose(
    set.with({ NODE_EXTRA_CA_CERTS: '' }),
    ...['--slack-url', 'https://slack.test'],
  )
  assert.equal(untrusted.code, 5)
  assert.match(untrusted.of('slack').message, /SELF_SIGNED_CERT_IN_CHAIN/)
  assert.match(untrusted.of('slack').hint ?? '', /NODE_EXTRA_CA_CERTS/)
})

test('certificates that nobody checks fail, and a file of them that is missing is a warning', async (t) => {
  const cli = await bare(t)
  const set = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: '/nowhere.pem' }
  const { code, checks } = await diagnose(cli.with(set), '--offline')
  assert.equal(code, 2)
  const found = checks.filter(({ name }) => name === 'certificates')
  assert.deepEqual(
    found.map(({ status }) => status),
    ['fail', 'warn'],
  )
})

test('a store is read whole and left as it is, byte by byte, with what lies beside it', async (t) => {
  const { cli, slack } = await installed(t)
  const before = snapshot(dirname(cli.db))
  const { code, of, stdout } = await diagnose(cli)
  assert.equal(code, 0, stdout)
  assert.match(of('store').message, /installations\.db, from \S+ of \S+ \S+, 1 installation$/)
  assert.match(of('disk').message, /^\d+ MB free$/)
  assert.deepEqual(snapshot(dirname(cli.db)), before)
  assert.doesNotMatch(stdout, /xox/)
  assert.ok(slack.calls('api.test').length === 1)
})

test('a store that others can read is a warning with the command that helps', async (t) => {
  const { cli } = await installed(t)
  chmodSync(cli.db, 0o644)
  const { code, checks } = await diagnose(cli, '--offline')
  assert.equal(code, 0)
  const warned = checks.find(({ name, status }) => name === 'store' && status === 'warn')
  assert.match(warned?.message ?? '', /others on this machine can read the tokens \(mode 644\)/)
  assert.equal(warned?.hint, `chmod 600 '${cli.db}'`)
})

test('a file that is no database, and one that is damaged, fail with exit 6', async (t) => {
  const { cli, store } = await installed(t)
  await store.close()
  const text = join(cli.home, 'text.db')
  writeFileSync(text, 'x'.repeat(8192))
  const noDatabase = await diagnose(cli, '--offline', '--db', text)
  assert.equal(noDatabase.code, 6)
  assert.equal(noDatabase.of('store').code, 'store_corrupt')

  const damaged = readFileSync(cli.db)
  damaged.fill(0xff, 4096, 8192)
  writeFileSync(cli.db, damaged)
  const { code, checks } = await diagnose(cli, '--offline')
  assert.equal(code, 6)
  assert.ok(checks.some((each) => each.name === 'store' && each.code === 'store_corrupt'))
})

test('a row that cannot be read fails with exit 6, and is named', async (t) => {
  const { cli } = await installed(t)
  const db = new Database(cli.db)
  db.exec(
    "update slack_installations set bot_token = x'00ff'; update slack_bots set bot_token = x'00ff'",
  )
  db.close()
  const { code, checks, stdout } = await diagnose(cli, '--offline')
  assert.equal(code, 6, stdout)
  assert.ok(checks.some(({ message }) => /^Row \d+ of the store holds no token/.test(message)))
})

test('a native module that was not built fails with exit 6, and all else is looked at', async (t) => {
  const { home, env } = await bare(t)
  // The package as it is installed, but for what its install script makes
  const root = resolve(import.meta.dirname, '../..')
  for (const folder of ['bin', 'dist'])
    cpSync(join(root, folder), join(home, folder), { recursive: true })
  const [from, to] = [realpathSync(join(root, 'node_modules')), join(home, 'node_modules')]
  mkdirSync(join(to, '@slack'), { recursive: true })
  for (const name of [
    '@slack/web-api',
    'bindings',
    'file-uri-to-path',
    'kleur',
    'undici',
    'valibot',
  ]) {
    symlinkSync(join(from, name), join(to, name))
  }
  for (const name of ['package.json', 'lib']) {
    cpSync(join(from, 'better-sqlite3', name), join(to, 'better-sqlite3', name), {
      recursive: true,
    })
  }
  const args = [join(home, 'bin', 'slack-oauth.cjs'), 'doctor', '--offline', '--json']
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  const { checks }: { checks: Check[] } = JSON.parse(stdout)
  assert.equal(status, 6)
  const sqlite = checks.find(({ name }) => name === 'sqlite')
  assert.equal(sqlite?.code, 'store_driver')
  assert.match(sqlite?.hint ?? '', /npm rebuild better-sqlite3/)
  assert.equal(checks.find(({ name }) => name === 'disk')?.status, 'ok')
})

test('a store of a newer program fails with exit 6', async (t) => {
  const { cli } = await installed(t)
  const db = new Database(cli.db)
  db.exec("insert into slack_oauth_migrations (id, name) values (99, 'm099_later')")
  db.close()
  const { code, of } = await diagnose(cli, '--offline')
  assert.equal(code, 6)
  assert.equal(of('store').code, 'store_newer')
})

test('a database of something else is a warning', async (t) => {
  const cli = await bare(t)
  mkdirSync(dirname(cli.db))
  new Database(cli.db).exec('create table t (a)').close()
  const { code, of } = await diagnose(cli, '--offline')
  assert.equal(code, 0)
  assert.match(of('store').message, /has no installations$/)
})

test('a token that is being renewed, and a lock file that was left, are counted', async (t) => {
  const { cli, store, stored } = await installed(t)
  const { clientId, team } = await stored()
  const key = { clientId, isEnterpriseInstall: false, ...(team && { teamId: team.id }) }
  const lock = await store.tryLock(key)
  assert.ok(lock)
  writeFileSync(`${cli.db}-lock-0123456789abcdef`, '')
  const { checks } = await diagnose(cli, '--offline')
  await lock.release()
  const said = checks.filter(({ name }) => name === 'store').map(({ message }) => message)
  assert.ok(said.includes('1 token being renewed'), said.join('\n'))
  assert.ok(said.includes('1 lock file left over, which hold nothing'), said.join('\n'))
})

test('what a process that died has left beside the store is a warning, and stays', async (t) => {
  const { cli, store } = await installed(t)
  await store.close()
  writeFileSync(`${cli.db}-wal`, 'x'.repeat(100), { mode: 0o600 })
  const before = snapshot(dirname(cli.db))
  const { checks } = await diagnose(cli, '--offline')
  assert.ok(checks.some(({ message }) => /a process that died has left 100 bytes/.test(message)))
  assert.deepEqual(snapshot(dirname(cli.db)), before)
})

test('a folder where no store can be made fails with exit 6', async (t) => {
  const cli = await bare(t)
  const file = join(cli.home, 'file')
  writeFileSync(file, '')
  const { code, of } = await diagnose(cli, '--offline', '--db', join(file, 'installations.db'))
  assert.equal(code, 6)
  assert.match(of('store').message, /file is no folder that can be written$/)
})

test('of several failures the highest exit code counts', async (t) => {
  const cli = await bare(t)
  writeFileSync(join(cli.home, 'file'), '')
  const { code, stderr } = await diagnose(
    cli,
    ...['--db', join(cli.home, 'file', 'x', 'installations.db'), '--redirect-uri', 'nonsense'],
    ...['--slack-url', `http://localhost:${await freePort()}`],
  )
  assert.equal(code, 6)
  const { error }: { error: { code: string; message: string } } = JSON.parse(stderr)
  assert.equal(error.code, 'store_unavailable')
  assert.match(error.message, /^\d+ checks: \d+ ok, \d+ warn, 3 fail$/)
})

test('a check that never ends is a warning, and holds back no other', async () => {
  const probes: readonly Probe[] = [
    { name: 'endless', look: () => new Promise(() => {}) },
    { name: 'quick', look: () => [{ status: 'ok', message: 'done' }] },
    { name: 'broken', look: () => Promise.reject(new Error('xoxb-1 is odd')) },
  ]
  const signal = new AbortController().signal
  const checks: unknown[] = []
  for await (const check of runProbes(probes, { signal, timeoutSeconds: 0.05 })) checks.push(check)
  assert.deepEqual(checks, [
    {
      name: 'endless',
      status: 'warn',
      message: 'endless took more than 0.05 seconds',
      hint: undefined,
    },
    { name: 'quick', status: 'ok', message: 'done' },
    { name: 'broken', status: 'fail', code: 'bug', message: 'xoxb-1 is odd', hint: undefined },
  ])
})

/** What is in a folder: names, modes, times and contents. */
function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const path = join(folder, name)
      const { mode, mtimeMs } = statSync(path)
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
      // SQLite counts its readers in -shm, which is there only while somebody has the file open
      return [name, name.endsWith('-shm') ? '' : `${mode} ${mtimeMs} ${digest}`]
    }),
  )
}

async function hold(t: TestContext, port: number, address: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, address, resolve))
  t.after(() => server.close())
}

test('says which certificate https://localhost would have, and makes none', async (t) => {
  const uri = `https://localhost:${await freePort()}/`
  const cli = await tempCli(t, { SLACK_REDIRECT_URI: uri })

  const none = await diagnose(cli, '--offline')
  assert.match(none.of('certificate').message, /install makes one of its own/)
  assert.deepEqual(readdirSync(cli.home), [])

  const folder = join(cli.home, '.local/share/slack-oauth')
  const { fingerprint } = ownCertificate(folder, Date.now() / 1000)
  const kept = await diagnose(cli, '--offline')
  assert.equal(kept.of('certificate').status, 'ok')
  assert.ok(kept.of('certificate').message.includes(`SHA-256 ${fingerprint}`))

  chmodSync(join(folder, 'localhost.pem'), 0o644)
  const open = await diagnose(cli, '--offline')
  assert.equal(open.of('certificate').status, 'warn')
  assert.match(open.of('certificate').hint ?? '', /^chmod 600 '.*localhost\.pem'$/)
})

test('says nothing of certificates for a redirect URI without TLS', async (t) => {
  const { checks } = await diagnose(await bare(t), '--offline')
  assert.equal(checks.filter(({ name }) => name === 'certificate').length, 0)
})

test('says where the signing secret comes from, where one is set', async (t) => {
  const cli = await bare(t, { SLACK_SIGNING_SECRET: 'hush-hush' })
  const { of, stdout, stderr } = await diagnose(cli, '--offline')
  assert.equal(of('signing-secret').message, 'set, from SLACK_SIGNING_SECRET of the environment')
  assert.doesNotMatch(stdout + stderr, /hush/)
})
