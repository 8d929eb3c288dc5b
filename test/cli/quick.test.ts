import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { allCommands } from '../../src/cli/command-loaders.ts'
import { quickToken } from '../../src/cli/fast-path/token.ts'
import { main } from '../../src/cli/main.ts'
import type { Installation } from '../../src/index.ts'
import { installation, ofMember, orgWide, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const now = () => Date.now() / 1000

function of(team: string, changes: Partial<Installation> = {}): Installation {
  const bot = { token: `xoxb-${team}`, id: 'B1', userId: 'U9', scopes: ['chat:write'] }
  return installation({ team: { id: team, name: team }, bot, ...changes })
}

function rotating(team: string, expiresIn: number, more: object = {}): Installation {
  const { bot, ...rest } = of(team)
  assert.ok(bot)
  const expiresAt = Math.floor(now() + expiresIn)
  return { ...rest, bot: { ...bot, refreshToken: `xoxe-1-${team}`, expiresAt, ...more } }
}

/** Some of all that can be stored. */
async function crowded(t: TestContext): Promise<TempCli> {
  const cli = await tempCli(t)
  const { bot: _, ...alone } = ofMember('U3', 'xoxp-three')
  await save(
    cli,
    ofMember('U1', 'xoxp-one'),
    ofMember('U2', 'xoxp-two'),
    orgWide(),
    rotating('T2', 7200),
    rotating('T3', 60),
    rotating('T4', -60),
    rotating('T5', 7200, { isPublicClient: true, refreshTokenExpiresAt: now() + 3600 }),
    { ...alone, team: { id: 'T6', name: 'Alone' } },
    of('T7', { clientId: '3.4', enterprise: { id: 'E1', name: 'Acme Org' } }),
  )
  return cli
}

test('what is answered without the parser is what the parser comes to', async (t) => {
  const cli = await crowded(t)
  const value = fc.constantFrom(
    ...['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7', 'T9', 'E1', 'E9', 'U1', 'U2', 'U3', 'U9'],
    ...['1.2', '3.4', '5m', '3h', '0', 'x', '', ' ', ' T1', '-5', '--bot', cli.db, ` ${cli.db}`],
  )
  const name = fc.constantFrom(
    ...['--team', '--enterprise', '--user', '--client-id', '--min-ttl', '--db', '--format'],
    ...['--bot', '--no-refresh', '--nobody', '--', '-h', '--timeout', '--slack-url', '--env-file'],
  )
  const anything = fc.oneof(
    fc.tuple(name),
    fc.tuple(name, value),
    fc.tuple(name, value).map(([left, right]) => [`${left}=${right}`]),
  )
  // What people write, lest almost nothing be right
  const place = fc.constantFrom(
    ['--team', 'T1'],
    ['--team=T2'],
    ['--team', 'T6'],
    ['--enterprise', 'E1'],
  )
  const usual = fc.constantFrom(
    ...[['--user', 'U1'], ['--no-refresh'], ['--min-ttl=1h'], ['--db', cli.db], ['--bot'], []],
  )
  const line = fc
    .tuple(place, usual, fc.option(anything, { nil: [] }), fc.boolean())
    .map(([first, second, third, isLast]) =>
      (isLast ? [first, second, third] : [third, first, second]).flat(),
    )
  const app = fc.constantFrom<Record<string, string>>({}, { SLACK_CLIENT_ID: '1.2' })
  let answered = 0

  await fc.assert(
    fc.asyncProperty(line, app, async (args, more) => {
      const env = { ...cli.env, ...more }
      const quick = await quickToken(args, env)
      if (quick === undefined) return
      answered++
      const [stdout, stderr]: [string[], string[]] = [[], []]
      const context = {
        env,
        stdout: { write: (text: string) => stdout.push(text) },
        stderr: { write: (text: string) => stderr.push(text) },
        signal: AbortSignal.timeout(20_000),
        now,
      }
      const code = await main(['token', ...args], context, allCommands)
      assert.deepEqual([code, stdout.join(''), stderr.join('')], [0, quick, ''])
    }),
    { numRuns: 500 },
  )

  assert.ok(answered > 50, `${answered} of 500`)
})

const left: readonly (readonly [what: string, args: string[], env?: Record<string, string>])[] = [
  ['a token that is about to expire', ['--team', 'T3']],
  ['a token that has expired', ['--team', 'T4', '--no-refresh']],
  ['a token that does not last as long as it has to', ['--team', 'T2', '--min-ttl', '3h']],
  ['a refresh token that ends soon', ['--team', 'T5']],
  ['a choice to be made', []],
  ['a choice between members', ['--team', 'T1', '--user']],
  ['a team that is not there', ['--team', 'T9']],
  ['a team that is none', ['--team', 't1']],
  ['an option twice', ['--team', 'T9', '--team', 'T2']],
  ['an option that there is not', ['--team', 'T2', '--teams']],
  ['an argument', ['--team', 'T2', 'T2']],
  ['an option that is inherited by every object', ['--constructor', 'x']],
  ['a file that is not there', ['--db', 'none.db']],
  ['a server', ['--db', 'postgres://nobody@localhost:1/none']],
  ['a Slack of your own', ['--team', 'T2'], { SLACK_OAUTH_SLACK_URL: 'http://localhost:1' }],
  ['a secret in a file', ['--team', 'T2'], { SLACK_CLIENT_SECRET_FILE: '/etc/hostname' }],
]

for (const [what, args, env = {}] of left) {
  test(`the parser is left ${what}`, async (t) => {
    const cli = await crowded(t)
    assert.equal(await quickToken(args, { ...cli.env, ...env }), undefined)
  })
}

test('the parser is left a store that others can read, and warns', async (t) => {
  const cli = await crowded(t)
  assert.equal(await quickToken(['--team', 'T2'], cli.env), 'xoxb-T2\n')
  chmodSync(cli.db, 0o644)
  assert.equal(await quickToken(['--team', 'T2'], cli.env), undefined)
  const { code, stdout, stderr } = await cli.run('token', '--team', 'T2')
  assert.deepEqual([code, stdout], [0, 'xoxb-T2\n'])
  assert.match(stderr, /^warning: .* others can read it/)
})

test('a sealed store is opened with the key that the environment has, and left without', async (t) => {
  const cli = await crowded(t)
  const key = join(cli.home, 'key')
  const { code, stderr } = await cli.run('encrypt', '--new-key', key)
  assert.equal(code, 0, stderr)
  const opened = { ...cli.env, SLACK_OAUTH_KEY: readFileSync(key, 'utf8') }
  assert.equal(await quickToken(['--team', 'T2'], opened), 'xoxb-T2\n')
  assert.equal(await quickToken(['--team', 'T2'], cli.env), undefined)

  // It may ask a person, and would a second time when the program does
  const asked = `require(${JSON.stringify(join(ROOT, 'dist/quick.cjs'))})
    .answer(['token', '--team', 'T2'])
    .then(() => console.log(Object.keys(require.cache).filter((file) => /keyring/.test(file))))`
  const { stdout } = spawnSync(process.execPath, ['-e', asked], { env: cli.env, encoding: 'utf8' })
  assert.equal(stdout, '[]\n', 'the keychain is left to the parser')
})

test('the parser is left to wait for whoever has the store locked', async (t) => {
  const cli = await crowded(t)
  const writer = new Database(cli.db)
  writer.exec('pragma locking_mode = exclusive; begin exclusive')
  // Sooner than the parser's way gives up
  const released = setTimeout(() => writer.close(), 4000)
  assert.equal(await quickToken(['--team', 'T2'], cli.env), undefined)
  clearTimeout(released)
  writer.close()
  assert.equal(await quickToken(['--team', 'T2'], cli.env), 'xoxb-T2\n')
})

test('a fresh token, help and version need nothing of the program but quick.cjs', async (t) => {
  const cli = await tempCli(t)
  await save(cli, of('T1'))
  for (const file of ['bin/slack-oauth.cjs', 'dist/quick.cjs', 'dist/help.txt']) {
    cpSync(join(ROOT, file), join(cli.home, file))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(cli.home, 'node_modules'))
  const bin = join(cli.home, 'bin/slack-oauth.cjs')
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: cli.env })

  assert.equal(run('token').stdout, 'xoxb-T1\n')
  assert.equal(run('token', '--team=T1', '--bot').stdout, 'xoxb-T1\n')
  assert.match(run('--version').stdout, /^\d+\.\d+\.\d+.*\n$/)
  for (const args of [['--help'], ['-h'], []]) {
    assert.match(run(...args).stdout, /^Usage: slack-oauth .*\nExit codes:/s)
  }
  assert.notEqual(run('list').status, 0)
})

test('--help is what help says', async (t) => {
  const cli = await tempCli(t)
  const help = await cli.run('help')
  assert.match(help.stdout, /^Usage: slack-oauth/)
  for (const args of [['--help'], ['-h'], []]) assert.deepEqual(await cli.run(...args), help)
})
