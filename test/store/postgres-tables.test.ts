import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { WRITE } from '../../src/store/postgres/database.ts'
import { numbered, postgresDialect } from '../../src/store/postgres/dialect.ts'
import { runStepsAsync } from '../../src/store/sql/steps.ts'
import { type PostgresServer, postgresForTests, skip } from '../support/postgres.ts'
import {
  all,
  bot,
  CLIENT_ID,
  grant,
  INSTALLED_AT,
  installation,
  opened,
  orgWide,
  withoutEnterprise,
} from './fixtures.ts'
import { operations } from './operations.ts'
import { otherProcess } from './other-process.ts'

const server = postgresForTests()

/** The tables as SQLAlchemy compiles those of the Python SDK for PostgreSQL. */
const schema = readFileSync(join(import.meta.dirname, 'sqlalchemy-schema.sql'), 'utf8')

/** A row of `SQLAlchemyInstallationStore.save`: NULL for absent ids, microseconds, naive UTC. */
async function pythonSaves(
  url: string,
  changes: Readonly<Record<string, string | boolean | null>> = {},
): Promise<void> {
  const shared = {
    client_id: CLIENT_ID,
    app_id: 'A111',
    enterprise_id: null,
    team_id: 'T111',
    bot_token: 'xoxb-1',
    bot_id: 'B111',
    bot_user_id: 'U0BOT',
    bot_scopes: 'chat:write',
    bot_refresh_token: 'xoxe-1-bot',
    bot_token_expires_at: '2024-01-02 15:04:05',
    is_enterprise_install: false,
    installed_at: '2024-01-02 03:04:05.123456',
    ...changes,
  }
  const whole = { ...shared, user_id: 'U111', token_type: 'bot', ...changes }
  const { user_id: _, user_token: __, ...ofBot } = { user_token: null, ...whole }
  const { token_type: ___, ...botRow } = ofBot
  for (const [table, row] of [
    ['slack_installations', whole],
    ['slack_bots', botRow],
  ] as const) {
    const values = Object.values(row).map((value) =>
      value === null ? 'null' : typeof value === 'string' ? pg.escapeLiteral(value) : String(value),
    )
    await server.sql(`insert into ${table} (${Object.keys(row)}) values (${values})`, url)
  }
}

/** `SQLAlchemyInstallationStore.find_bot` and `find_installation`, as it compiles them. */
async function pythonFinds(url: string, table: string, where: string) {
  const [row] = await server.sql(
    `select *, installed_at::text as installed, bot_token_expires_at::text as expires
     from ${table} where client_id = '${CLIENT_ID}' and ${where}
       and bot_token is not null order by installed_at desc limit 1`,
    `${url}${encodeURIComponent(' -c datestyle=ISO')}`,
  )
  return row
}

async function pythonApp(t: Parameters<PostgresServer['schema']>[0]): Promise<string> {
  const url = await server.schema(t)
  await server.sql(schema, url)
  return url
}

test('what a Python app saved is found, its times in UTC whatever the zones are', {
  skip,
}, async (t) => {
  const url = await pythonApp(t)
  await pythonSaves(url)
  const store = await opened(t, url, { mustExist: true })

  const found = await store.installations.findInstallation({ teamId: 'T111' })

  assert.equal(found?.installedAt, INSTALLED_AT)
  assert.equal(found?.enterprise, undefined)
  assert.equal(found?.isEnterpriseInstall, false)
  assert.deepEqual(found?.bot, bot({ refreshToken: 'xoxe-1-bot', expiresAt: 1_704_207_845 }))
})

test('what we save, a Python app finds: NULL for absent ids, naive times in UTC', {
  skip,
}, async (t) => {
  const url = await pythonApp(t)
  const store = await opened(t, url)
  const expiresAt = 1_704_207_845
  await store.installations.save(withoutEnterprise(installation({ bot: bot({ expiresAt }) })))
  await store.installations.save(orgWide())

  const inTeam = "enterprise_id is null and team_id = 'T111'"
  const inOrganization = "enterprise_id = 'E111' and team_id is null"
  for (const table of ['slack_bots', 'slack_installations']) {
    const found = await pythonFinds(url, table, inTeam)
    assert.equal(found?.bot_token, 'xoxb-1')
    assert.equal(found.installed, '2024-01-02 03:04:05.123')
    assert.equal(found.expires, '2024-01-02 15:04:05')
    assert.equal(found.is_enterprise_install, false)
    assert.equal((await pythonFinds(url, table, inOrganization))?.is_enterprise_install, true)
  }
})

test("a Python app's history is one installation, the newest, and a renewal is in every row", {
  skip,
}, async (t) => {
  const url = await pythonApp(t)
  await pythonSaves(url, { installed_at: '2023-01-01 00:00:00' })
  await pythonSaves(url)
  await pythonSaves(url, { bot_token: 'xoxb-2', installed_at: '2024-01-02 03:04:05.123457' })
  const store = await opened(t, url)

  const [found, ...others] = await all(store)

  assert.deepEqual(others, [])
  assert.equal(found?.bot?.token, 'xoxb-2')
  const key = { clientId: CLIENT_ID, teamId: 'T111', isEnterpriseInstall: false }
  assert.ok(found.bot)
  assert.ok(await store.installations.replaceGrant(key, found.bot, bot({ token: 'xoxb-3' })))
  const tokens = await server.sql('select distinct bot_token from slack_bots', url)
  assert.deepEqual(tokens, [{ bot_token: 'xoxb-3' }])
  await store.installations.save(withoutEnterprise(installation({ bot: bot({ token: 'xoxb-4' }) })))
  assert.equal((await server.sql('select 1 from slack_bots', url)).length, 1)
  assert.equal((await server.sql('select 1 from slack_installations', url)).length, 1)
})

test('a state that either side issued is good once for the other', { skip }, async (t) => {
  const url = await pythonApp(t)
  const store = await opened(t, url)
  const issue = (state: string, expiry: string) =>
    server.sql(
      `insert into slack_oauth_states (state, expire_at) values ('${state}', ${expiry})`,
      url,
    )
  await issue('live', "now() at time zone 'UTC' + interval '1 minute'")
  await issue('dead', "now() at time zone 'UTC' - interval '1 minute'")

  assert.equal(await store.states.consume('live'), true)
  assert.equal(await store.states.consume('live'), false)
  assert.equal(await store.states.consume('dead'), false)
  const state = await store.states.issue()
  const good = await server.sql(
    `delete from slack_oauth_states
     where state = '${state}' and expire_at > now() at time zone 'UTC' + interval '9 minutes'
     returning state`,
    url,
  )
  assert.equal(good.length, 1)
})

test("no column and no index of a Python app's tables is changed", { skip }, async (t) => {
  const url = await pythonApp(t)
  const look = () =>
    server.sql(
      `select table_name, column_name, data_type, character_maximum_length as length
       from information_schema.columns
       where table_schema = current_schema() and table_name in
         ('slack_installations', 'slack_bots', 'slack_oauth_states')
       union all
       select tablename, indexname, indexdef, 0 from pg_indexes
       where schemaname = current_schema() and indexname not like 'slack\\_oauth\\_%'
       order by 1, 2`,
      url,
    )
  const before = await look()

  const store = await opened(t, url)
  await store.installations.save(installation())

  assert.deepEqual(await look(), before)
})

test('the order of a list is that of the bytes, whatever order the database has', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  const [order] = await server.sql(`select 'a' < 'B' as is_of_words`, url)
  if (order?.is_of_words !== true) return t.skip('this database sorts by bytes itself')
  const store = await opened(t, url)
  for (const id of ['a', 'B', 'c', 'D']) {
    await store.installations.save(installation({ user: { id }, team: { id: `T${id}` } }))
  }

  assert.deepEqual(
    (await all(store)).map(({ user }) => user.id),
    ['B', 'D', 'a', 'c'],
  )
  const places: unknown[] = []
  for await (const { teamId } of store.installations.places()) places.push(teamId)
  assert.deepEqual(places, ['TB', 'TD', 'Ta', 'Tc'])
})

test('a store that has to exist is not made', { skip }, async (t) => {
  const url = await server.schema(t)
  await assert.rejects(opened(t, url, { mustExist: true }), { code: 'not_installed' })
  const left = await server.sql('select 1 from pg_tables where schemaname = current_schema()', url)
  assert.deepEqual(left, [])
})

test('tables of a Python SDK before 3.8 get the columns of rotating tokens', {
  skip,
}, async (t) => {
  const url = await server.schema(t)
  await server.sql(schema.replace(/^ *\w+_(refresh_token|token_expires_at) .*$/gm, ''), url)
  const store = await opened(t, url)

  const saved = installation({ bot: bot({ refreshToken: 'xoxe-1-x', expiresAt: 2_000_000_000 }) })
  await store.installations.save(saved)

  assert.deepEqual(await all(store), [saved])
})

for (const [what, sql, says] of [
  [
    'a view in the place of a table',
    'create view slack_installations as select 1 as id',
    /something else than a table in slack_installations$/,
  ],
  [
    'a table of something else',
    'create table slack_installations (id int, name text)',
    /a table slack_installations without client_id, /,
  ],
] as const) {
  test(`${what} is refused, and nothing made`, { skip }, async (t) => {
    const url = await server.schema(t)
    await server.sql(sql, url)

    for (const mustExist of [true, false]) {
      await assert.rejects(opened(t, url, { mustExist }), {
        code: 'store_unsupported',
        message: says,
      })
    }

    const tables = await server.sql(
      `select relname from pg_class where relnamespace = current_schema()::regnamespace`,
      url,
    )
    assert.deepEqual(tables, [{ relname: 'slack_installations' }])
  })
}

test('a store that a newer version wrote is refused', { skip }, async (t) => {
  const url = await server.schema(t)
  await opened(t, url)
  await server.sql("insert into slack_oauth_migrations (id, name) values (99, 'm099')", url)

  for (const mustExist of [true, false]) {
    await assert.rejects(opened(t, url, { mustExist }), { code: 'store_newer' })
  }
})

test("what a Python app's column is too short for is refused, and the old token stays", {
  skip,
}, async (t) => {
  const url = await pythonApp(t)
  const store = await opened(t, url)
  await store.installations.save(installation())

  await assert.rejects(
    store.installations.save(installation({ bot: bot({ token: `xoxb-${'x'.repeat(300)}` }) })),
    { code: 'store_unsupported', message: /column that is too short for a value \(22001\)$/ },
  )

  assert.deepEqual(await all(store), [installation()])
})

test('a token of ten megabytes comes back from tables of ours', { skip }, async (t) => {
  const store = await opened(t, await server.schema(t))
  const token = `xoxb-${'x'.repeat(10_000_000)}`
  await store.installations.save(installation({ bot: bot({ token }) }))
  const found = await store.installations.findBot({ enterpriseId: 'E111', teamId: 'T111' })
  assert.equal(found?.token === token, true)
})

test('processes that open a new database at once all find it made', { skip }, async (t) => {
  const location = await server.schema(t)
  const processes = Array.from({ length: 4 }, () => otherProcess(t))
  await Promise.all(processes.map((each) => each.call('ready', {})))

  const startAt = Date.now() + 100
  const here = Array.from({ length: 16 }, () => opened(t, location))
  const there = processes.map((each) => each.call('open', { location, startAt }))
  await Promise.all([...here, ...there])

  const rows = await server.sql('select id from slack_oauth_migrations order by id', location)
  assert.deepEqual(rows, [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])
})

test('every look is by an index, in a store of thousands', { skip }, async (t) => {
  const url = await server.schema(t)
  await opened(t, url)
  const columns = 'client_id, app_id, enterprise_id, team_id, bot_token, bot_id, bot_user_id'
  const values = `'${CLIENT_ID}', 'A111', 'E' || n % 50, 'T' || n % 3000, 'xoxb-1', 'B1', 'U0BOT'`
  await server.sql(
    `insert into slack_installations (${columns}, user_id, user_token, is_enterprise_install, installed_at)
       select ${values}, 'U' || n, 'xoxp-1', false, now() from generate_series(1, 9000) n;
     insert into slack_bots (${columns}, is_enterprise_install, installed_at)
       select ${values}, false, now() from generate_series(1, 9000) n;
     insert into slack_oauth_details (client_id, enterprise_id, team_id, user_id)
       select '${CLIENT_ID}', 'E' || n % 50, 'T' || n % 3000, 'U' || n from generate_series(1, 9000) n;
     insert into slack_oauth_states (state, expire_at)
       select md5(n::text), now() from generate_series(1, 9000) n`,
    url,
  )
  // What the operations look for
  const store = await opened(t, url)
  await store.installations.save(installation({ user: { id: 'U111', grant: grant() } }))
  await server.sql('analyze', url)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const dialect = postgresDialect({ hasOwnTables: () => true, canBeSealed: () => true })
    for (const [what, work] of Object.entries(operations)) {
      await client.query(WRITE)
      await runStepsAsync(work(dialect), async (statement) => {
        const { text, values } = numbered(statement)
        const { rows } = await client.query(`explain ${text}`, [...values])
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        assert.doesNotMatch(plan, /Seq Scan/, `${what}: ${text}\n${plan}`)
        if (/ from slack_installations newest/.test(text) && !/bot_token/.test(text)) {
          assert.match(plan, /using slack_oauth_installations_member_idx on .* newest/, plan)
        }
        return (await client.query(text, [...values])).rows
      })
      await client.query('rollback')
    }
    const state = await client.query("explain delete from slack_oauth_states where state = 'x'")
    assert.doesNotMatch(JSON.stringify(state.rows), /Seq Scan/)
  } finally {
    await client.end()
  }
})
