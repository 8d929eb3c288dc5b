import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { installation, ofMember, orgWide, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

/** A store of one installation, with a column set to what no program of ours would write. */
async function cliWith(t: TestContext, column: string, value: string): Promise<TempCli> {
  const cli = await tempCli(t)
  await save(cli, installation())
  const db = new Database(cli.db)
  for (const table of ['slack_installations', 'slack_bots']) {
    const has = db.prepare('select 1 from pragma_table_info(?) where name = ?').get(table, column)
    if (has) db.exec(`update ${table} set ${column} = ${value}`)
  }
  db.close()
  return cli
}

const strange: readonly (readonly [column: string, value: string, field?: string])[] = [
  ['bot_token_expires_at', '-5'],
  ['bot_token_expires_at', '1500000000.25'],
  ['bot_token_expires_at', '1e300'],
  ['bot_token_expires_at', "'soon'"],
  ['bot_scopes', "x'ff00'"],
  ['bot_scopes', '12'],
  ['bot_scopes', "'chat:write,, im:read' || char(10)"],
  ['team_name', "x'ff00'"],
  ['team_name', "'a' || char(0) || 'b'"],
  ['installed_at', "'yesterday'"],
  ['installed_at', "x'00'"],
]

for (const [column, value] of strange) {
  test(`a row with ${column} ${value} is listed, shown, and goes through an export`, async (t) => {
    const cli = await cliWith(t, column, value)
    const before = await readFile(cli.db)
    for (const command of [['list'], ['list', '--json'], ['show', '--team', 'T1']]) {
      const { code, stderr } = await cli.main(...command)
      assert.deepEqual([code, stderr], [0, ''])
    }
    const file = join(cli.home, 'export.jsonl')
    assert.equal((await cli.main('export', '--output', file)).code, 0)
    assert.deepEqual(await readFile(cli.db), before)

    const { code, stderr } = await cli.main('import', file, '--db', join(cli.home, 'other.db'))
    assert.deepEqual([code, stderr], [0, '1 added, 0 updated, 0 kept as they were, 0 skipped\n'])
  })
}

for (const [column, value, why] of [
  ['user_id', "'U1' || char(0)", 'a path'],
  ['user_id', "'../x'", 'a path'],
  ['user_id', '7', 'not one'],
] as const) {
  test(`an export leaves a row with ${column} ${value} out by name, so that it can be imported`, async (t) => {
    const cli = await cliWith(t, column, value)
    await save(cli, ofMember('U2', 'xoxp-2'))
    const file = join(cli.home, 'export.jsonl')
    const { code, stdout, stderr } = await cli.main('export', '--output', file)
    assert.deepEqual([code, stdout], [0, ''])
    assert.match(stderr, new RegExp(`^warning: Skipped \\S+ in T1: its user_id is ${why}$`, 'm'))

    const imported = await cli.main('import', file, '--db', join(cli.home, 'other.db'))
    assert.match(imported.stderr, /^1 added/)
  })
}

/** The store of {@link cliWith}, where only the workspace T1 is damaged, and U3 in T3 and the organization are not. */
async function partlyDamaged(t: TestContext, column: string, value: string): Promise<TempCli> {
  const cli = await cliWith(t, column, value)
  await save(cli, installation({ team: { id: 'T3' }, user: { id: 'U3' } }), orgWide())
  return cli
}

const leftOut = (why: string) =>
  `warning: Left out U1 in T1: ${why}\n` +
  'error: 1 installation is damaged, and left out (store_corrupt)\nhint: Install the app again, or take that row out\n'

for (const [column, value] of [
  ['bot_token', "'xoxb-1 2'"],
  ['bot_token', "x'ff00'"],
  ['bot_token', "'xoxb-é'"],
  ['bot_refresh_token', "'xoxe-1' || char(10) || 'x'"],
  ['user_token', "' '"],
] as const) {
  test(`a row with ${column} ${value} is left out of list and export by name, with exit 6, and no other is`, async (t) => {
    const cli = await partlyDamaged(t, column, value)
    const why = `Row 1 of the store holds no token in ${column}`
    const list = await cli.main('list')
    assert.deepEqual([list.code, list.stderr], [6, leftOut(why)])
    assert.deepEqual(list.stdout.match(/^(?!WORKSPACE)\w+/gm), ['T3', 'E1'])
    const exported = await cli.main('export')
    assert.deepEqual([exported.code, exported.stderr], [6, leftOut(why)])
    assert.deepEqual(exported.stdout.match(/(?<="user_id":)"\w+"/g), ['"U3"', '"U1"'])
  })
}

test('a damaged row is left out in every order and format, and is shown alone as before', async (t) => {
  const cli = await partlyDamaged(t, 'bot_token', "'a b'")
  for (const sort of ['installed', 'expires']) {
    const { code, stdout } = await cli.main('list', '--json', '--sort', sort)
    assert.deepEqual([code, stdout.trim().split('\n').length], [6, 2])
  }
  const json = await cli.main('list', '--json')
  assert.deepEqual(json.stdout.match(/(?<="team_id":)[^,]+/g), ['"T3"', 'null'])
  assert.match(json.stderr, /^warning: Left out U1 in T1: .*\n{"error":{"code":"store_corrupt"/)
  assert.equal((await cli.main('list', '--team', 'T3')).code, 0)
  for (const format of ['jsonl', 'python-file', 'bolt-js-file', 'sqlite']) {
    const target = join(cli.home, format)
    const { code, stderr } = await cli.main('export', '--to', format, target)
    assert.equal(code, 6)
    assert.match(
      stderr,
      /^warning: Left out U1 in T1: .*\nExported 2 to .*\nerror: 1 installation is damaged, /s,
    )
    const other = ['--db', join(cli.home, `${format}.db`)]
    assert.match((await cli.main('import', '--from', format, target, ...other)).stderr, /^2 added/)
  }
  const { code, stdout } = await cli.main('show', '--team', 'T1')
  assert.deepEqual([code, stdout], [6, ''])
})

test('where all that matches is damaged, nothing is exported, and list has no lines', async (t) => {
  const cli = await cliWith(t, 'bot_token', "'a b'")
  const why = 'Row 1 of the store holds no token in bot_token'
  const file = join(cli.home, 'export.jsonl')
  for (const command of [['list'], ['export'], ['export', '--output', file]]) {
    const { code, stdout, stderr } = await cli.main(...command)
    assert.deepEqual([code, stdout], [6, ''])
    assert.match(stderr, new RegExp(`^warning: Left out U1 in T1: ${why}\nerror: .*\nhint: .*\n$`))
  }
  assert.ok(!existsSync(file))
})

test('every member of a place whose bot is damaged is named, over more than one page', async (t) => {
  const cli = await cliWith(t, 'bot_token', "'a b'")
  const db = new Database(cli.db)
  const copy =
    db.prepare(`insert into slack_installations (client_id, app_id, team_id, enterprise_id, user_id, user_token, bot_token, installed_at)
    select client_id, app_id, ?, enterprise_id, ?, 'xoxp-1', ?, installed_at from slack_installations where id = 1`)
  for (let n = 0; n < 600; n++) {
    copy.run('T1', `U1${n}`, null)
    copy.run('T2', `U2${n}`, null)
  }
  db.close()
  const { code, stdout, stderr } = await cli.main('list', '--json')
  assert.equal(code, 6)
  assert.equal(stdout.trim().split('\n').length, 600)
  assert.equal(stderr.match(/^warning: Left out U\d+ in T1: Row 1 /gm)?.length, 601)
  assert.match(stderr, /601 installations are damaged, and left out/)
})

for (const [column, value] of [
  ['client_id', "x'ff00'"],
  ['client_id', "cast(x'fffe' as text)"],
  ['team_id', "x'00'"],
  ['enterprise_id', "cast(x'ff' as text)"],
] as const) {
  test(`a row with ${column} ${value} is an error that says so, and no search without an end`, async (t) => {
    const cli = await cliWith(t, column, value)
    for (const command of [['list'], ['list', '--json'], ['token']]) {
      const { code, stdout } = await cli.main(...command)
      assert.deepEqual([code, stdout], [6, ''], String(command))
    }
    const { stderr } = await cli.main('list')
    assert.equal(
      stderr,
      `error: A row of the store holds no text in ${column} (store_corrupt)\nhint: Take that row out\n`,
    )
  })
}

test('a token of ten megabytes is printed, exported and imported byte for byte', async (t) => {
  const cli = await tempCli(t)
  const token = `xoxb-${'0123456789'.repeat(1_000_000)}`
  await save(cli, installation({ bot: { token, userId: 'U9', scopes: [] } }))
  assert.ok((await cli.main('token')).stdout === `${token}\n`)
  assert.equal((await cli.main('list')).code, 0)

  for (const format of ['jsonl', 'python-file', 'bolt-js-file', 'sqlite']) {
    const target = join(cli.home, format)
    const other = ['--db', join(cli.home, `${format}.db`)]
    assert.equal((await cli.main('export', '--to', format, target)).code, 0, format)
    const imported = await cli.main('import', '--from', format, target, ...other)
    assert.deepEqual([imported.code, imported.stdout], [0, ''], imported.stderr)
    assert.ok((await cli.main('token', ...other)).stdout === `${token}\n`, format)
  }
})

test('a name writes no line, no colour and no direction, in list and in show', async (t) => {
  const cli = await cliWith(
    t,
    'team_name',
    "'Ac' || char(10) || 'me' || char(27) || '[31m' || char(155) || char(8238) || char(0)",
  )
  const list = await cli.main('list')
  assert.equal(list.stdout.trim().split('\n').length, 2)
  const show = await cli.main('show', '--team', 'T1')
  for (const { code, stdout } of [list, show]) {
    assert.equal(code, 0)
    assert.match(stdout, /Acme\[31m/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x9b\u202e]/)
  }
})
