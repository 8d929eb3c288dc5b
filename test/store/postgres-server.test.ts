import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { storedOrLost } from '../../src/flows/tokens/rotate.ts'
import { cuttingProxy } from '../support/cutting-proxy.ts'
import { PASSWORD, postgresForTests, skipOwn } from '../support/postgres.ts'
import { without } from '../support/shell.ts'
import { tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'
import { bot, CLIENT_ID, installation, opened } from './fixtures.ts'
import { otherProcess } from './other-process.ts'

const server = postgresForTests(
  'max_connections=20',
  'superuser_reserved_connections=0',
  'synchronous_commit=on',
)
const skip = skipOwn
const KEY = { clientId: CLIENT_ID, teamId: 'T111', isEnterpriseInstall: false }
const HERE = { enterpriseId: 'E111', teamId: 'T111' }
const encoded = encodeURIComponent(PASSWORD)

test('a server that stops in the middle of a save leaves the old installation', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  const store = await opened(t, url)
  await store.installations.save(installation())
  await server.sql('alter table slack_bots rename to bots', url)
  await server.sql(
    `create view slack_bots as select * from bots;
     create function wait() returns trigger language plpgsql as
       $$ begin perform pg_sleep(20); return new; end $$;
     create trigger wait instead of insert on slack_bots for each row execute function wait()`,
    url,
  )

  const saving = store.installations.save(installation({ bot: bot({ token: 'xoxb-2' }) }))
  const refused = assert.rejects(saving, {
    code: 'store_unavailable',
    message: /^The store postgres:\/\/admin@127\.0\.0\.1:\d+\/postgres /,
  })
  const sleeping = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`
  await until(async () => (await server.sql(sleeping)).length > 0)
  await server.stop()
  await refused
  await server.start()

  await server.sql('drop view slack_bots; alter table bots rename to slack_bots', url)
  assert.deepEqual(await store.installations.findInstallation(HERE), installation())
})

test('a store that was open finds its server again', { skip }, async (t) => {
  const store = await opened(t, await server.schema(t))
  await store.installations.save(installation())

  await server.stop()
  await assert.rejects(store.installations.findBot(HERE), {
    code: 'store_unavailable',
    message: /cannot be reached: nothing listens there \(ECONNREFUSED\)/,
  })
  await server.start()

  assert.deepEqual(await store.installations.findBot(HERE), bot())
  await store.installations.save(installation())
})

test('a connection that breaks at the commit leaves open what became of it, and says so', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  const proxy = await cuttingProxy(t, server.port)
  const store = await opened(t, url.replace(`:${server.port}/`, `:${proxy.port}/`))

  proxy.cutAfter('commit')
  await assert.rejects(store.installations.save(installation()), {
    code: 'store_unavailable',
    message: /broke at the end of a change: whether it was made is not known$/,
  })

  assert.equal(proxy.cuts, 1)
  assert.deepEqual(await store.installations.findInstallation(HERE), installation())
})

test('a new token whose commit is not heard of is there for the next look', { skip }, async (t) => {
  const url = await server.schema(t)
  const proxy = await cuttingProxy(t, server.port)
  const store = await opened(t, url.replace(`:${server.port}/`, `:${proxy.port}/`))
  await store.installations.save(installation())
  const next = bot({ token: 'xoxb-2' })

  proxy.cutAfter('commit')
  // What it asks for a second time is gone by its own doing
  const isStored = await storedOrLost(
    store.installations,
    { ...KEY, ...HERE },
    bot(),
    next,
    (cause) => cause,
  )

  assert.equal(isStored, false)
  assert.equal(proxy.cuts, 1)
  assert.deepEqual(await store.installations.findBot(HERE), next)
})

test('a connection that breaks before the commit is made anew, and the change made once', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  const proxy = await cuttingProxy(t, server.port)
  const store = await opened(t, url.replace(`:${server.port}/`, `:${proxy.port}/`))

  proxy.cutAfter('insert into slack_bots')
  await store.installations.save(installation())

  assert.equal(proxy.cuts, 1)
  assert.equal((await server.sql('select 1 from slack_bots', url)).length, 1)
})

test('a lock whose connection is ended is lost, known to be, and free for the next', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  const [one, other] = [await opened(t, url), await opened(t, url)]
  const lock = await one.tryLock(KEY)
  assert.equal(lock?.isLost(), false)
  assert.equal(await one.tryLock(KEY), undefined)
  assert.equal(await other.tryLock(KEY), undefined)

  await server.sql(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`)
  await until(() => lock?.isLost())

  const next = await other.tryLock(KEY)
  assert.equal(next?.isLost(), false)
  await lock.release()
  assert.equal(await one.tryLock(KEY), undefined)
  await next?.release()
  const again = await one.tryLock(KEY)
  assert.ok(again)
  await again.release()
})

test('the lock of a holder that is stopped stays, and of one that is killed is free', {
  skip,
}, async (t) => {
  const location = await server.schema(t)
  const store = await opened(t, location)
  const holder = otherProcess(t)
  assert.equal(await holder.call('lockToken', { location, key: KEY }), true)
  holder.signal('SIGSTOP')
  await sleep(200)
  assert.equal(await store.tryLock(KEY), undefined)

  await holder.kill()

  await until(async () => (await store.tryLock(KEY)) !== undefined)
})

test('a server without a connection left is asked again', { skip }, async (t) => {
  const url = await server.schema(t)
  const first = await opened(t, url)
  await first.installations.save(installation())
  const held: pg.Client[] = []
  t.after(() => Promise.all(held.map((client) => client.end())))
  await until(async () => {
    const client = new pg.Client({ connectionString: url })
    const isTaken = await client.connect().then(
      () => true,
      () => false,
    )
    if (isTaken) held.push(client)
    return !isTaken
  })

  const waiting = opened(t, url).then((store) => store.installations.findBot(HERE))
  await sleep(200)
  await Promise.all(held.splice(0, 4).map((client) => client.end()))

  assert.deepEqual(await waiting, bot())
})

test('a role that may only read reads, and is told when it cannot write', { skip }, async (t) => {
  const url = await server.schema(t)
  const owner = await opened(t, url)
  await owner.installations.save(installation())
  const [{ schema } = { schema: '' }] = await server.sql('select current_schema() as schema', url)
  await server.sql(
    `create role reader login password '${PASSWORD}';
     grant usage on schema ${schema} to reader;
     grant select on all tables in schema ${schema} to reader`,
  )
  t.after(() => server.sql('drop owned by reader; drop role reader'))
  const reader = await opened(t, url.replace('admin', 'reader'), { mustExist: true })

  assert.deepEqual(await reader.installations.findInstallation(HERE), installation())
  await assert.rejects(reader.installations.save(installation()), {
    code: 'store_unavailable',
    message: /does not allow that to this user \(42501\)$/,
  })
  const { bot: stored = bot() } = installation()
  await assert.rejects(reader.installations.replaceGrant({ ...KEY, ...HERE }, stored, stored), {
    code: 'store_unavailable',
  })
})

test('a session that is read-only, as on a standby, reads', { skip }, async (t) => {
  const url = await server.schema(t)
  const owner = await opened(t, url)
  await owner.installations.save(installation())
  const standby = `${url}${encodeURIComponent(' -c default_transaction_read_only=on')}`
  const cli = await tempCli(t, { SLACK_OAUTH_DB: standby })

  const { code, stdout, stderr } = await cli.run('token')

  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'xoxb-1\n', stderr: '' })
  assert.equal((await cli.run('list')).code, 0)
  const { code: revoked, stderr: why } = await cli.run('revoke', '--local', '--yes')
  assert.equal(revoked, 6)
  assert.match(why, /can only be read: .* \(25006\) \(store_unavailable\)/)
})

test('a server without TLS is refused where the URL requires it', { skip }, async (t) => {
  const url = await server.schema(t)
  for (const mode of ['require', 'verify-full']) {
    await assert.rejects(opened(t, `${url}&sslmode=${mode}`), {
      code: 'store_unavailable',
      message: /does not speak TLS$/,
    })
  }
  await opened(t, `${url}&sslmode=prefer`)
})

test('over TLS, sslmode means what it means to libpq', {
  skip: skip || without('openssl'),
}, async (t) => {
  const { root, other } = certificates()
  await server.stop()
  const files = ['ssl_cert_file', 'ssl_key_file'].map(
    (name, index) => `${name}=${join(server.folder, index ? 'server.key' : 'server.crt')}`,
  )
  await server.start('ssl=on', ...files)
  t.after(async () => {
    await server.stop()
    await server.start()
  })
  const plain = await server.schema(t)
  const at = (host: string, parameters: string) =>
    `${plain.replace('127.0.0.1', host)}&${parameters}`
  const isEncrypted = async (url: string) => {
    const store = await opened(t, url)
    // Ours is the only other connection just now
    const rows = await server.sql(
      `select bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid)
       where application_name = 'slack-oauth'`,
    )
    await store.close()
    await sleep(50)
    return rows[0]?.ssl
  }

  const works: readonly (readonly [host: string, parameters: string, encrypted: boolean])[] = [
    ['127.0.0.1', '', true],
    ['127.0.0.1', 'sslmode=disable', false],
    ['127.0.0.1', 'sslmode=require', true],
    ['127.0.0.1', 'sslmode=require&channel_binding=require', true],
    ['127.0.0.1', `sslmode=verify-ca&sslrootcert=${root}`, true],
    ['localhost', `sslmode=verify-full&sslrootcert=${root}`, true],
  ]
  for (const [host, parameters, encrypted] of works) {
    assert.equal(await isEncrypted(at(host, parameters)), encrypted, parameters)
  }
  const fails: readonly (readonly [host: string, parameters: string, says: RegExp])[] = [
    ['127.0.0.1', `sslmode=verify-full&sslrootcert=${root}`, /for another host name/],
    ['localhost', `sslmode=verify-full&sslrootcert=${other}`, /certificate that is not trusted/],
    ['localhost', `sslmode=verify-ca&sslrootcert=${other}`, /certificate that is not trusted/],
    ['localhost', `sslmode=require&sslrootcert=${other}`, /certificate that is not trusted/],
    ['localhost', 'sslmode=verify-full', /certificate that is not trusted/],
    ['localhost', 'sslmode=disable&channel_binding=require', /does not offer the channel binding/],
  ]
  for (const [host, parameters, says] of fails) {
    await assert.rejects(opened(t, at(host, parameters)), {
      code: 'store_unavailable',
      message: says,
    })
  }

  // A server that takes anybody proves nothing
  const hba = join(server.folder, 'data', 'pg_hba.conf')
  const before = readFileSync(hba, 'utf8')
  writeFileSync(hba, 'local all all trust\nhost all all 127.0.0.1/32 trust\n')
  await server.sql('select pg_reload_conf()')
  await until(async () => {
    const rules = await server.sql('select distinct auth_method from pg_hba_file_rules')
    return rules.length === 1
  })
  await opened(t, at('127.0.0.1', 'sslmode=require'))
  await assert.rejects(opened(t, at('127.0.0.1', 'sslmode=require&channel_binding=require')), {
    code: 'store_unavailable',
    message: /channel binding/,
  })
  writeFileSync(hba, before)
  await server.sql('select pg_reload_conf()')
})

test("a server's complaint is repeated without the password that is in it", { skip }, async (t) => {
  const url = new URL(await server.schema(t))
  url.search = `?options=${encodeURIComponent(`-c datestyle=${PASSWORD}`)}`
  const error: unknown = await opened(t, url.href).catch((failure: unknown) => failure)
  assert.ok(error instanceof SlackOAuthError)
  const { message, hint, cause } = error
  assert.match(`${message} ${String(cause)}`, /DateStyle/)
  assert.ok(![message, hint].join().includes(PASSWORD), message)
})

test('a Unix socket is reached by its folder', { skip }, async (t) => {
  const url = await server.schema(t)
  const options = new URL(url).search.slice(1)
  const store = await opened(
    t,
    `postgres://admin:${encoded}@/postgres?host=${server.folder}&port=${server.port}&${options}`,
  )
  await store.installations.save(installation())
  // Those that came over TCP have an address
  const ours = `select client_addr from pg_stat_activity where application_name = 'slack-oauth'`
  const addresses = (await server.sql(ours)).map(({ client_addr }) => client_addr)
  assert.deepEqual(addresses, [null])
})

/** A root certificate with a server's for localhost, and another root that knows nothing of it. */
function certificates(): { root: string; other: string } {
  const path = (name: string) => join(server.folder, name)
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: server.folder, stdio: 'ignore' })
  for (const name of ['root', 'other']) {
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`, '-days', '2'],
    )
  }
  writeFileSync(path('san'), 'subjectAltName=DNS:localhost')
  openssl(
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost'],
  )
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'root.crt', '-CAkey', 'root.key'],
    ...['-CAcreateserial', '-days', '2', '-extfile', 'san', '-out', 'server.crt'],
  )
  const { uid, gid } = statSync(server.folder)
  for (const name of ['server.key', 'server.crt']) {
    if (process.getuid?.() === 0) chownSync(path(name), uid, gid)
  }
  chmodSync(path('server.key'), 0o600)
  assert.match(readFileSync(path('server.crt'), 'utf8'), /BEGIN CERTIFICATE/)
  return { root: path('root.crt'), other: path('other.crt') }
}
