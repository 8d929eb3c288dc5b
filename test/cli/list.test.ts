import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import type { Installation } from '../../src/slack/installation.ts'
import { openStore } from '../../src/store/open-store.ts'
import { bot, grant, installation } from '../store/fixtures.ts'
import { BIN, type TempCli, tempCli } from '../support/temp-cli.ts'

const now = () => Date.now() / 1000

async function cliWith(t: TestContext, installations: readonly Installation[]): Promise<TempCli> {
  const cli = await tempCli(t)
  const store = await openStore(cli.db)
  await store.installations.merge(installations)
  await store.close()
  return cli
}

const member = (index: number, changes: Partial<Installation> = {}) =>
  installation({
    team: { id: `T${index}`, name: `Team ${index}` },
    user: { id: `U${index}`, grant: grant() },
    installedAt: 1_700_000_000 + index,
    ...changes,
  })

const teams = ({ stdout }: { stdout: string }) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).team_id)

test('list is narrowed down to a member, and to what ends soon', async (t) => {
  const cli = await cliWith(t, [
    member(1),
    member(2, { bot: bot({ expiresAt: now() + 3_600 }) }),
    member(3, { user: { id: 'U3', grant: grant({ expiresAt: now() + 60 }) } }),
    member(4, { bot: bot({ expiresAt: now() + 43_200 }) }),
  ])

  assert.deepEqual(teams(await cli.main('list', '--json', '--user', 'U3')), ['T3'])
  assert.deepEqual(teams(await cli.main('list', '--json', '--expiring', '2h')), ['T2', 'T3'])
  assert.deepEqual(teams(await cli.main('list', '--json', '--expiring', '5m')), ['T3'])
  const sorted = await cli.main('list', '--json', '--sort', 'expires')
  assert.deepEqual(teams(sorted), ['T3', 'T2', 'T4', 'T1'])
  const newest = await cli.main('list', '--json', '--sort', 'installed')
  assert.deepEqual(teams(newest), ['T4', 'T3', 'T2', 'T1'])
})

test('a list that its filters leave empty does not say that nothing is installed', async (t) => {
  const cli = await cliWith(t, [member(1)])

  for (const filter of [
    ['--expiring', '2h'],
    ['--user', 'U404'],
    ['--limit', '1', '--page', '2'],
  ]) {
    const { code, stdout, stderr } = await cli.main('list', ...filter)
    assert.deepEqual([code, stdout], [0, ''])
    assert.equal(stderr, 'Nothing that is installed matches\n', filter.join(' '))
  }
})

test('list has pages, in every order', async (t) => {
  const cli = await cliWith(
    t,
    Array.from({ length: 7 }, (_, index) => member(index + 1)),
  )
  const page = (...args: string[]) => cli.main('list', '--json', '--limit', '3', ...args)

  assert.deepEqual(teams(await page()), ['T1', 'T2', 'T3'])
  assert.deepEqual(teams(await page('--page', '3')), ['T7'])
  assert.deepEqual(teams(await page('--page', '4')), [])
  assert.deepEqual(teams(await page('--sort', 'installed', '--page', '2')), ['T4', 'T3', 'T2'])
})

test('list refuses what makes no sense', async (t) => {
  const cli = await tempCli(t)
  for (const args of [
    ['--limit', '0'],
    ['--limit', 'x'],
    ['--page', '2'],
    ['--sort', 'name'],
    ['--expiring', 'soon'],
    ['--user', '../x'],
  ]) {
    const { code, stdout } = await cli.main('list', ...args)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
  }
})

test('a token that Slack refused to renew shows in the list', async (t) => {
  const failure = { code: 'refresh_token_invalid', at: 1_700_000_000 }
  const cli = await cliWith(t, [member(1, { bot: bot({ expiresAt: 1, failure }) })])
  assert.match((await cli.main('list')).stdout, /not renewable/)
})

/** So many workspaces, made faster than they can be saved. */
async function filled(t: TestContext, count: number, name = "'Team'"): Promise<TempCli> {
  const cli = await cliWith(t, [member(0)])
  const db = new Database(cli.db)
  db.exec(`
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count - 1})
    insert into slack_installations (client_id, app_id, team_id, team_name, bot_token, bot_id,
      bot_user_id, bot_scopes, user_id, user_token, user_scopes)
    select '111.222', 'A111', 'T' || n, ${name}, 'xoxb-' || n, 'B111', 'U0BOT', 'chat:write',
      'U' || n, 'xoxp-' || n, 'search:read' from numbers;
    insert into slack_bots (client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id, bot_scopes, installed_at)
    select client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id, bot_scopes, installed_at
      from slack_installations where team_id <> 'T0'`)
  db.close()
  return cli
}

async function linesInLittleMemory(cli: TempCli, ...args: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=48', BIN, ...args],
    { env: cli.env, maxBuffer: 2 ** 28 },
  )
  return stdout.trim().split('\n').length
}

test('a hundred thousand installations are listed in the memory of a few', async (t) => {
  const cli = await filled(t, 100_000)
  // As objects they take more than twice as much heap
  for (const [args, lines] of [
    [[], 100_001],
    [['--sort', 'installed', '--limit', '10', '--json'], 10],
  ] as const) {
    assert.equal(await linesInLittleMemory(cli, 'list', ...args), lines)
  }
})

test('so are those that are large, in another order than they are stored in, and in an export', async (t) => {
  const cli = await filled(t, 4_000, 'hex(zeroblob(8000))')
  for (const order of ['installed', 'expires']) {
    assert.equal(await linesInLittleMemory(cli, 'list', '--sort', order, '--json'), 4_000)
  }
  // With a first line and a last
  assert.equal(await linesInLittleMemory(cli, 'export'), 4_002)
})

test('a reader that has seen enough ends a long list, and so does a full disk', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const cli = await filled(t, 20_000)
  const db = new Database(cli.db)
  // Whoever reads as far as this says so
  db.exec("update slack_bots set bot_token = 'no token' where id = 19000")
  db.close()
  const whole = await cli.main('list', '--json')
  assert.equal(whole.code, 6)
  assert.match(whole.stderr, /^warning: Left out/)
  assert.equal(teams(whole).length, 19_999)

  const list = `'${process.execPath}' '${BIN}' list`
  for (const [script, stdout, stderr] of [
    [`${list} --json | head -n 1`, /^\{.*\}\n$/, /^0\n$/],
    [`${list} | head -n 1`, /^WORKSPACE .*\n$/, /^0\n$/],
    [`${list} --json > /dev/full`, /^$/, /^error: The output cannot be written: ENOSPC.*\n6\n$/],
  ] as const) {
    const ended = await promisify(execFile)(
      'bash',
      ['-c', `${script}; echo "\${PIPESTATUS[0]}" >&2`],
      { env: cli.env },
    )
    assert.match(ended.stdout, stdout, script)
    assert.match(ended.stderr, stderr, script)
  }
})
