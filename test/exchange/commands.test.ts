import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '../../src/index.ts'
import { killInstants } from '../support/kill-instants.ts'
import { BIN, type Finished, type TempCli, tempCli } from '../support/temp-cli.ts'
import { everyKind, files, list, rows, save, sorted } from './fixtures.ts'

const SECRETS = /xox|secret|hooks\.slack/

/** A command whose standard input is this text. */
function piped(cli: TempCli, input: string, ...args: string[]): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: cli.home,
    env: cli.env,
    input,
    encoding: 'utf8',
  })
  return { code: status ?? -1, stdout, stderr }
}

const into = (db: string) => ['--db', db]

for (const format of ['jsonl', 'python-file', 'bolt-js-file', 'sqlite']) {
  test(`what is exported to ${format} is imported whole, and a second time changes no row`, async (t) => {
    const cli = await tempCli(t)
    await save(cli.db, everyKind)
    const target = join(cli.home, 'out')
    const exported = await cli.main('export', '--to', format, target)
    assert.equal(exported.code, 0, exported.stderr)
    assert.equal(exported.stdout, '')
    assert.match(exported.stderr, /^Exported 3 to /)
    assert.doesNotMatch(exported.stderr, SECRETS)

    const other = join(cli.home, 'other.db')
    const first = await cli.main('import', '--from', format, target, ...into(other))
    const said = '3 added, 0 updated, 0 kept as they were, 0 skipped\n'
    assert.deepEqual(first, { code: 0, stdout: '', stderr: said })
    assert.deepEqual(sorted(await list(other)), sorted(everyKind))

    const before = rows(other)
    const second = await cli.main('import', '--from', format, target, ...into(other), '--json')
    const counts = { added: 0, updated: 0, kept: 3, skipped: 0, dry_run: false }
    assert.deepEqual(second, { code: 0, stdout: `${JSON.stringify(counts)}\n`, stderr: '' })
    assert.deepEqual(rows(other), before)
  })
}

test('an export goes through a pipe, from a file, and by "-"', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const { stdout, stderr } = await cli.main('export')
  assert.equal(stderr, '')
  assert.equal(stdout.trim().split('\n').length, 5)
  for (const args of [[], ['-']]) {
    const db = join(cli.home, `other${args.length}.db`)
    assert.equal(piped(cli, stdout, 'import', ...args, ...into(db)).code, 0)
    assert.deepEqual(sorted(await list(db)), sorted(everyKind))
  }
})

test('--team, --enterprise, --user and --client-id choose what is exported', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const members = async (...args: string[]) => {
    const { stdout } = await cli.main('export', ...args)
    return [...stdout.matchAll(/"user_id":"(\w+)"/g)].map(([, id]) => id)
  }
  assert.deepEqual(await members('--team', 'T1'), ['U1'])
  assert.deepEqual(await members('--enterprise', 'E1'), ['W1', 'U2'])
  assert.deepEqual(await members('--user', 'U2'), ['U2'])
  assert.deepEqual(await members('--client-id', '111.222'), ['U1', 'W1', 'U2'])
  for (const args of [
    ['--client-id', '9.9'],
    ['--team', 'T404'],
  ]) {
    const { code, stdout, stderr } = await cli.main('export', ...args)
    assert.equal(code, 3)
    assert.equal(stdout, '')
    assert.match(stderr, /^error: Nothing that is stored matches \(not_installed\)/)
  }
})

test('why a token failed is not exported', async (t) => {
  const cli = await tempCli(t)
  const failure = { code: 'token_revoked', at: 5 }
  await save(
    cli.db,
    everyKind.map((each) => (each.bot ? { ...each, bot: { ...each.bot, failure } } : each)),
  )
  assert.equal(
    (await list(cli.db)).some(({ bot }) => bot?.failure),
    true,
  )
  for (const [format, target] of [
    ['jsonl', 'a'],
    ['sqlite', 'b'],
  ] as const) {
    await cli.main('export', '--to', format, target)
    const { stderr } = await cli.main('import', '--from', format, target, ...into(`${target}.db`))
    assert.match(stderr, /^3 added/)
    assert.deepEqual(sorted(await list(join(cli.home, `${target}.db`))), sorted(everyKind))
  }
})

test('an exported file is its owner’s alone and whole, whatever was there', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const file = join(cli.home, 'out.jsonl')
  await writeFile(file, 'before')
  await chmod(file, 0o644)
  assert.equal((await cli.main('export', '--output', file)).code, 0)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.match(await readFile(file, 'utf8'), /\{"count":3\}\n$/)
  await symlink(file, join(cli.home, 'link'))
  assert.equal((await cli.main('export', '--team', 'T1', 'link')).code, 0)
  assert.match(await readFile(file, 'utf8'), /\{"count":1\}\n$/)
  const names = (await readdir(cli.home)).sort()
  assert.deepEqual(names, ['link', 'out.jsonl', 'store'])
})

test('an export does not replace a store, nor the one that it reads', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const before = rows(cli.db)
  const { code, stderr } = await cli.main('export', cli.db)
  assert.equal(code, 2, stderr)
  assert.match(stderr, /is a SQLite file, and is not replaced \(usage\)\nhint: .*--to sqlite/)
  assert.deepEqual(rows(cli.db), before)
})

test('a redirection into a file that others can read is warned of', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const file = join(cli.home, 'out.jsonl')
  const run = () =>
    spawnSync(process.execPath, [BIN, 'export'], {
      env: cli.env,
      stdio: ['ignore', openSync(file, 'w', 0o644), 'pipe'],
      encoding: 'utf8',
    })
  const { status, stderr } = run()
  assert.equal(status, 0)
  assert.match(stderr, /^warning: Others can read the tokens in (.*): chmod 600 '\1'\n$/)
  assert.match(await readFile(file, 'utf8'), /\{"count":3\}\n$/)
  await chmod(file, 0o600)
  assert.equal(run().stderr, '')
})

test('on a terminal, export needs --reveal, and import a file', {
  skip: process.platform !== 'linux' || !existsSync('/usr/bin/script'),
}, async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const onTerminal = (...args: string[]) => {
    const command = [process.execPath, BIN, ...args].join(' ')
    const env = { ...cli.env, NO_COLOR: '1' }
    // Its input never ends: what waits for a key would be stopped
    const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      env,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 20_000,
    })
    return { status, stdout }
  }
  const refused = onTerminal('export')
  assert.equal(refused.status, 2)
  assert.match(refused.stdout, /error: An export holds tokens, and would show them here \(usage\)/)
  assert.match(refused.stdout, /--reveal/)
  assert.doesNotMatch(refused.stdout, SECRETS)
  assert.match(onTerminal('export', '--reveal').stdout, /xoxb-org/)
  const nothing = onTerminal('import')
  assert.equal(nothing.status, 2)
  assert.match(nothing.stdout, /error: There is nothing to import \(usage\)/)
})

const cut = (text: string) => text.slice(0, text.length / 2)
const lines = (text: string) => text.trim().split('\n')
const refused: readonly [what: string, edit: (text: string) => string, says: RegExp][] = [
  ['is cut off', cut, /Line \d is not JSON|cut off/],
  ['lacks a line', (text) => lines(text).toSpliced(2, 1).join('\n'), /Line 4 counts 3/],
  [
    'has a path for an id',
    (text) => text.replace('"T1"', '"../../x"'),
    /Line \d .* its team_id is a path/,
  ],
  ['is newer', (text) => text.replace('"version":1', '"version":7'), /Line 1 says version 7/],
  ['is empty', () => '', /It is empty/],
]

for (const [what, edit, says] of refused) {
  test(`an import that ${what} changes nothing, exits 2 and quotes nothing`, async (t) => {
    const cli = await tempCli(t)
    await save(cli.db, everyKind)
    const { stdout: text } = await cli.main('export')
    const none = join(cli.home, 'none.db')
    const before = rows(cli.db)
    for (const db of [cli.db, none]) {
      const { code, stdout, stderr } = piped(cli, edit(text), 'import', ...into(db))
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr, says)
      assert.doesNotMatch(stderr, SECRETS)
    }
    assert.deepEqual(rows(cli.db), before)
    assert.equal(existsSync(none), false)
  })
}

test('what is newer in the store stays, and what is newer in the export is taken', async (t) => {
  const cli = await tempCli(t)
  const [first, second, third] = everyKind
  assert.ok(first && second && third)
  await save(cli.db, everyKind)
  await cli.main('export', '--output', 'out.jsonl')
  const other = join(cli.home, 'other.db')
  await save(other, [
    { ...first, appId: 'A2', installedAt: first.installedAt + 60 },
    { ...second, appId: 'A2', installedAt: second.installedAt - 60 },
  ])
  const dry = await cli.main('import', '--dry-run', 'out.jsonl', ...into(other))
  const counts = '1 added, 1 updated, 1 kept as it was, 0 skipped\n'
  assert.equal(dry.stderr, `Nothing was changed. It would be ${counts}`)
  assert.deepEqual(
    (await list(other)).map(({ appId }) => appId),
    ['A2', 'A2'],
  )
  assert.equal((await cli.main('import', 'out.jsonl', ...into(other))).stderr, counts)
  const apps = sorted(await list(other)).map(({ user, appId }) => [user.id, appId])
  assert.deepEqual(apps, [
    ['U1', 'A1'],
    ['U2', 'A1'],
    ['W1', 'A2'],
  ])
})

test('--dry-run makes no store and changes no row', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const { stdout } = await cli.main('export')
  const before = await readFile(cli.db)
  assert.match(piped(cli, stdout, 'import', '--dry-run').stderr, / 3 kept/)
  assert.deepEqual(await readFile(cli.db), before)
  const none = join(cli.home, 'none.db')
  const dry = piped(cli, stdout, 'import', '--dry-run', '--json', ...into(none))
  assert.deepEqual(JSON.parse(dry.stdout).added, 3)
  assert.equal(existsSync(none), false)
})

test('what is skipped is named with its reason and counted', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
  await files(join(cli.home, 'bolt'), {
    'T1/app-latest': { user: { id: 'U1', token: 'xoxp-secret', scopes: [] }, team: { id: 'T1' } },
    'T2/app-latest': '{"xoxb-secret',
  })
  const { code, stderr } = await cli.main('import', '--from', 'bolt-js-file', 'bolt')
  assert.equal(code, 0)
  assert.match(stderr, /^warning: Skipped .*bolt\/T2\/app-latest: it is not JSON$/m)
  assert.match(stderr, /^1 added, 0 updated, 0 kept as they were, 1 skipped$/m)
  assert.doesNotMatch(stderr, SECRETS)
  assert.equal((await list(cli.db))[0]?.clientId, '1.2')
})

const misuses: readonly [args: string[], says: RegExp][] = [
  [['export', '--to', 'python-file'], /--to python-file needs a folder/],
  [['export', '--to', 'csv'], /Allowed choices are jsonl/],
  [['export', '--output', 'a', 'b'], /Name the file once/],
  [['export', '/dev/null'], /\/dev\/null is there and is no file/],
  [['import', '--from', 'sqlite'], /--from sqlite needs a path/],
  [['import', 'missing.jsonl'], /There is no file or folder missing\.jsonl/],
  [['import', '--from', 'python-file', 'missing'], /There is no file or folder missing/],
  [['import', '.'], /EISDIR/],
  [
    ['import', '--from', 'python-file', 'store'],
    /^warning: Skipped [\s\S]+There is no installation in store/,
  ],
]

for (const [args, says] of misuses) {
  test(`${args.join(' ')} is exit 2 with nothing on stdout`, async (t) => {
    const cli = await tempCli(t)
    await save(cli.db, everyKind)
    const { code, stdout, stderr } = await cli.main(...args)
    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, says)
  })
}

test('a folder without a client id needs one', async (t) => {
  const cli = await tempCli(t)
  const one = { user: { id: 'U1', token: 'xoxp-1', scopes: [] }, team: { id: 'T1' } }
  await files(join(cli.home, 'bolt'), { 'T1/app-latest': one })
  const { code, stderr } = await cli.main('import', '--from', 'bolt-js-file', 'bolt')
  assert.equal(code, 2)
  assert.match(stderr, /client ID is not set \(missing_setting\)/)
  const args = ['import', '--from', 'bolt-js-file', 'bolt', '--client-id', '3.4']
  assert.equal((await cli.main(...args)).code, 0)
})

test('Ctrl-C ends an import that waits for its pipe, and no store is made', async (t) => {
  const cli = await tempCli(t)
  const child = spawn(process.execPath, [BIN, 'import'], {
    env: cli.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // More than a pipe holds: once it has gone through, it is being read
  const beginning = '{"format":"slack-oauth-installations","version":1}\n{"client_id":"'
  await new Promise((taken) => child.stdin.write(beginning + '1'.repeat(1_000_000), taken))
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.equal(code, 130)
  assert.equal(stderr, 'error: Interrupted (interrupted)\n')
  assert.equal(existsSync(cli.db), false)
})

test('a place of several members keeps one bot, and imports a second time without a change', async (t) => {
  const cli = await tempCli(t)
  const [, , base] = everyKind
  assert.ok(base?.bot)
  const of = (id: string, age: number, token: string): Installation => ({
    ...base,
    user: { id, grant: { token: `xoxp-${id}`, scopes: ['a:b'] } },
    bot: { token, userId: 'U9', scopes: [] },
    installedAt: base.installedAt + age,
  })
  await save(cli.db, [of('U1', 5, 'xoxb-newest'), of('U2', 0, 'xoxb-old'), of('U3', 3, 'xoxb-old')])
  for (const format of ['jsonl', 'python-file', 'bolt-js-file', 'sqlite']) {
    const other = join(cli.home, `${format}.db`)
    await cli.main('export', '--to', format, format)
    const run = () => cli.main('import', '--from', format, format, ...into(other))
    assert.match((await run()).stderr, /^3 added/)
    const before = rows(other)
    assert.match((await run()).stderr, /^0 added, 0 updated, 3 kept/)
    assert.deepEqual(rows(other), before, format)
    assert.deepEqual(await list(other), await list(cli.db), format)
    const again = await cli.main('export', '--to', format, format, ...into(other))
    assert.equal(again.code, 0, again.stderr)
    if (format !== 'jsonl') assert.match(again.stderr, /: 0 new, 0 updated, 3 kept$/m)
  }
})

test('a URL that is no store is refused without its password', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, everyKind)
  const url = 'mysql://app:hunter2@db/slack'
  for (const args of [
    ['export', '--to', 'sqlite', url],
    ['import', '--from', 'sqlite', url],
  ]) {
    const { code, stdout, stderr } = await cli.main(...args)
    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.doesNotMatch(stderr, /hunter2/)
  }
  assert.deepEqual(await readdir(cli.home), ['store'])
})

/** As many workspaces, each with a bot. */
function many(count: number): Installation[] {
  return Array.from({ length: count }, (_, i) => ({
    clientId: '1.2',
    appId: 'A1',
    team: { id: `T${i}`, name: `Team ${i}` },
    bot: { token: `xoxb-secret-${i}`, id: 'B1', userId: 'U9', scopes: ['chat:write'] },
    user: { id: 'U1' },
    isEnterpriseInstall: false,
    tokenType: 'bot',
    installedAt: 1_704_164_645 + i,
  }))
}

test('2,000 installations go through a pipe from one store into another', async (t) => {
  const cli = await tempCli(t)
  await save(cli.db, many(2_000))
  const other = join(cli.home, 'other.db')
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', '"$0" "$1" export | "$0" "$1" import --db "$2"', process.execPath, BIN, other],
    { env: cli.env, encoding: 'utf8' },
  )
  t.diagnostic(`${Math.round(performance.now() - started)} ms`)
  assert.equal(status, 0, stderr)
  assert.equal(stdout, '')
  assert.equal(stderr, '2000 added, 0 updated, 0 kept as they were, 0 skipped\n')
  assert.equal((await list(other)).length, 2_000)
})

test('a kill in the middle of an import leaves all of it or nothing', async (t) => {
  const cli = await tempCli(t)
  const old = many(1)
  await save(cli.db, many(3000))
  await cli.main('export', '--output', 'out.jsonl')
  const start = (db: string) => {
    const args = [BIN, 'import', 'out.jsonl', '--db', db]
    const child = spawn(process.execPath, args, { cwd: cli.home, env: cli.env, stdio: 'ignore' })
    return { child, ended: once(child, 'close') }
  }
  const whole = join(cli.home, 'whole.db')
  await save(whole, old)
  const started = performance.now()
  await start(whole).ended
  const kills = killInstants(performance.now() - started)
  for (let round = 0; round < 12; round++) {
    const db = join(cli.home, `killed-${round}.db`)
    await save(db, old)
    const { child, ended } = start(db)
    await sleep(kills.next())
    child.kill('SIGKILL')
    await ended
    const { length } = await list(db)
    assert.ok(length === 1 || length === 3000, `${length}`)
    kills.record(length === 1 ? 'before' : 'after')
  }
  assert.ok(kills.ends.before > 1 && kills.ends.after > 1, JSON.stringify(kills.ends))
})
