import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { installed } from '../support/installed.ts'
import { shell, without } from '../support/shell.ts'
import { installation, ofMember, orgWide, save } from '../support/stored.ts'
import { BIN, type TempCli, tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'

const NODE = process.execPath
const PRINT_ENV = 'process.stdout.write(JSON.stringify(process.env))'
const onLinux = process.platform === 'linux' ? false : 'it takes Linux'

/** What exec gives its command, and what the command gets without it. */
function environments(cli: TempCli, ...args: string[]) {
  const run = (argv: readonly string[]): Record<string, string> =>
    JSON.parse(spawnSync(NODE, argv, { env: cli.env, encoding: 'utf8' }).stdout)
  return {
    inside: run([BIN, 'exec', ...args, '--', NODE, '-e', PRINT_ENV]),
    outside: run(['-e', PRINT_ENV]),
  }
}

test('exec adds three variables to the environment and nothing else', async (t) => {
  const cli = (await tempCli(t)).with({
    SLACK_CLIENT_SECRET: ' of the caller ',
    EMPTY: '',
    LINES: 'a\nb=c',
    'odd.name': 'x',
  })
  await save(cli, ofMember('U1', 'xoxp-one'))
  const { inside, outside } = environments(cli)
  assert.deepEqual(inside, {
    ...outside,
    SLACK_BOT_TOKEN: 'xoxb-secret-1',
    SLACK_USER_TOKEN: 'xoxp-one',
    SLACK_TEAM_ID: 'T1',
  })
})

test('what stood under those names goes, also where there is nothing in its place', async (t) => {
  const cli = (await tempCli(t)).with({
    SLACK_BOT_TOKEN: 'xoxb-stale',
    SLACK_USER_TOKEN: 'xoxp-stale',
    SLACK_TEAM_ID: 'TSTALE',
  })
  await save(cli, orgWide())
  const { inside, outside } = environments(cli)
  const { SLACK_USER_TOKEN: _, SLACK_TEAM_ID: __, ...rest } = outside
  assert.deepEqual(inside, { ...rest, SLACK_BOT_TOKEN: 'xoxb-org' })
})

test('settings of an env file are not passed on', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const file = join(cli.home, 'app.env')
  writeFileSync(file, 'SLACK_CLIENT_SECRET=in-the-file\nSLACK_CLIENT_ID=1.2\n')
  const { inside, outside } = environments(cli, '--env-file', file)
  assert.deepEqual(inside, { ...outside, SLACK_BOT_TOKEN: 'xoxb-secret-1', SLACK_TEAM_ID: 'T1' })
})

const choices: readonly [args: string[], bot: string | undefined, user: string | undefined][] = [
  [[], 'xoxb-secret-1', undefined],
  [['--bot'], 'xoxb-secret-1', undefined],
  [['--user', 'U2'], undefined, 'xoxp-two'],
  [['--bot', '--user', 'U1'], 'xoxb-secret-1', 'xoxp-one'],
]

for (const [args, bot, user] of choices) {
  test(`where two members have tokens, exec ${args.join(' ')} gives what is asked for`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, ofMember('U1', 'xoxp-one'), ofMember('U2', 'xoxp-two'))
    const { inside } = environments(cli, ...args)
    assert.equal(inside.SLACK_BOT_TOKEN, bot)
    assert.equal(inside.SLACK_USER_TOKEN, user)
  })
}

test('where there is no bot, exec gives the only member’s token, and of several none', async (t) => {
  const cli = await tempCli(t)
  const { bot: _, ...first } = ofMember('U1', 'xoxp-one')
  const { bot: __, ...second } = ofMember('U2', 'xoxp-two')
  await save(cli, first)
  const { inside } = environments(cli)
  assert.equal(inside.SLACK_BOT_TOKEN, undefined)
  assert.equal(inside.SLACK_USER_TOKEN, 'xoxp-one')
  await save(cli, second)
  const { code, stderr } = await cli.run('exec', '--', 'true')
  assert.equal(code, 2)
  assert.match(stderr, /hint: Choose one, as in --user U1/)
})

test('a member’s token that is past renewing is an error, and --bot does without it', async (t) => {
  const cli = await tempCli(t)
  const grant = { token: 'xoxe.xoxp-1-old', scopes: [], expiresAt: 5 }
  await save(cli, installation({ user: { id: 'U1', grant } }))
  const both = await cli.run('exec', '--', 'true')
  assert.equal(both.code, 4)
  assert.match(both.stderr, /^error: The token of U1 for T1 expired at /)
  assert.deepEqual(await cli.run('exec', '--bot', '--', 'true'), {
    code: 0,
    stdout: '',
    stderr: '',
  })
})

test('every argument after -- is the command’s, letter by letter', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const args = ['--version', '-h', '--json', '--', '--secret=x', '', 'a b', '$HOME', '"\'']
  const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
  const { stdout, stderr } = await cli.run('exec', '--bot', '--', NODE, '-e', script, '--', ...args)
  assert.equal(stderr, '')
  assert.deepEqual(JSON.parse(stdout), args)
  assert.equal((await cli.run('exec', '--', NODE, '--version')).stdout, `${process.version}\n`)
})

const wrong: readonly string[][] = [[], ['--'], ['true'], ['true', '--', 'x'], ['--user', '--']]

for (const args of wrong) {
  test(`exec ${args.join(' ')} is wrong usage`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    const { code, stdout, stderr } = await cli.run('exec', ...args)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^error: .+ \(usage\)\nhint: slack-oauth exec -- COMMAND ARGUMENTS…\n$/)
  })
}

for (const code of [0, 3, 255]) {
  test(`a command that ends with ${code} makes it our exit code, and we say nothing`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    const ended = await cli.run('exec', '--', NODE, '-e', `process.exit(${code})`)
    assert.deepEqual(ended, { code, stdout: '', stderr: '' })
  })
}

test('a command that is not there is 127, one that cannot be run 126', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const run = (command: string) => cli.run('exec', '--', command)
  const file = join(cli.home, 'no-program')
  writeFileSync(file, '', { mode: 0o644 })
  assert.deepEqual(await run('no-such-command'), {
    code: 127,
    stdout: '',
    stderr: 'error: There is no command no-such-command (command_not_found)\n',
  })
  assert.equal((await run('')).code, 127)
  assert.deepEqual(await run(file), {
    code: 126,
    stdout: '',
    stderr: `error: Cannot run ${file}: EACCES (command_not_executable)\n`,
  })
  assert.equal((await run(cli.home)).code, 126)
})

for (const [signal, code] of [
  ['KILL', 137],
  ['TERM', 143],
  ['INT', 130],
  ['SEGV', 139],
] as const) {
  test(`a command that SIG${signal} ends is ${code} to a shell`, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    const { run } = shell(cli)
    const { stdout } = await run(
      `slack-oauth exec -- sh -c 'kill -${signal} $$' || echo $?; echo after`,
    )
    // A shell that sees SIGINT itself stops; what it was told is then not to be seen
    assert.equal(stdout, signal === 'INT' ? stdout : `${code}\nafter\n`)
    const { status, signal: seen } = spawnSync(
      NODE,
      [BIN, 'exec', '--', 'sh', '-c', `kill -${signal} $$`],
      { env: cli.env },
    )
    if (signal === 'SEGV') assert.equal(status, code)
    else assert.equal(seen, `SIG${signal}`)
  })
}

test('stdin goes through, and a megabyte of stdout and stderr unchanged', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const input = randomBytes(1_048_576)
  const run = (script: string) =>
    spawnSync(NODE, [BIN, 'exec', '--', 'sh', '-c', script], {
      env: cli.env,
      input,
      maxBuffer: 4_000_000,
    })
  const out = run('cat')
  assert.ok(out.stdout.equals(input))
  assert.equal(out.stderr.length, 0)
  const err = run('cat >&2')
  assert.ok(err.stderr.equals(input))
  assert.equal(err.stdout.length, 0)
})

test('a file that the shell opened for an argument goes through', {
  skip: without('bash'),
}, async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const script = 'slack-oauth exec -- cat <(echo one) <(echo two)'
  assert.deepEqual(await shell(cli).run(script, {}, 'bash'), {
    code: 0,
    stdout: 'one\ntwo\n',
    stderr: '',
  })
})

test('a reader of the command’s output that has seen enough ends the command', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  assert.equal((await shell(cli).run('slack-oauth exec -- yes | head -n 1')).stdout, 'y\n')
})

/** A command that says `ready` and each signal that it gets, and ends some time after the last. */
const COUNTER = `
  let ending
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      console.log(signal)
      clearTimeout(ending)
      ending = setTimeout(() => process.exit(7), 1000)
    })
  }
  setTimeout(() => process.exit(9), 20000)
  console.log('ready')`

/** Exec of a command, in no terminal: else that could be what a signal came from. */
function started(t: TestContext, cli: TempCli, ...command: string[]) {
  const child = spawn(NODE, [BIN, 'exec', '--', ...command], {
    env: cli.env,
    cwd: cli.home,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => {
    // It and what it runs: a group of their own
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const hears = (what: string) => until(() => said.includes(what))
  const ended = new Promise<{ code: number | null; signal: string | null; said: string }>(
    (resolve) => child.once('close', (code, signal) => resolve({ code, signal, said })),
  )
  return { child, hears, ended }
}

describe('a signal', { concurrency: 4 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const) {
    test(`${signal} is passed on once, and the command decides`, async (t) => {
      const cli = await tempCli(t)
      await save(cli, installation())
      const { child, hears, ended } = started(t, cli, NODE, '-e', COUNTER)
      await hears('ready')
      child.kill(signal)
      assert.deepEqual(await ended, { code: 7, signal: null, said: `ready\n${signal}\n` })
    })
  }

  test('a second SIGTERM is passed on as well, and does not leave the command alone', async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    const { child, hears, ended } = started(t, cli, NODE, '-e', COUNTER)
    await hears('ready')
    child.kill('SIGTERM')
    await hears('SIGTERM')
    child.kill('SIGTERM')
    assert.equal((await ended).said, 'ready\nSIGTERM\nSIGTERM\n')
  })

  test('a command that a passed-on signal ends, ends us by the same', async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    const { child, hears, ended } = started(t, cli, 'sh', '-c', 'echo ready; exec sleep 30')
    await hears('ready')
    child.kill('SIGTERM')
    assert.deepEqual(await ended, { code: null, signal: 'SIGTERM', said: 'ready\n' })
  })

  test('Ctrl-C in a terminal reaches the command once each time', {
    skip: onLinux || without('script'),
  }, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    writeFileSync(join(cli.home, 'counter.cjs'), COUNTER)
    const command = `'${NODE}' '${BIN}' exec -- '${NODE}' counter.cjs; echo "ended with $?"`
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...cli.env, SHELL: '/bin/sh' },
      cwd: cli.home,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    t.after(() => terminal.kill('SIGKILL'))
    let said = ''
    const ended = new Promise((resolve) => terminal.once('close', resolve))
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await until(() => said.includes('ready'))
    terminal.stdin.write('\u0003')
    await until(() => said.includes('SIGINT'))
    terminal.stdin.write('\u0003')
    await ended
    assert.equal(said.match(/SIGINT/g)?.length, 2, said)
  })

  test('an interruption while Slack is asked is ours, and the command is not run', async (t) => {
    const { cli, slack } = await installed(t)
    slack.inject({ method: 'oauth.v2.access', kind: 'silence' })
    const asked = slack.calls('oauth.v2.access').length
    const file = join(cli.home, 'was-run')
    const command = cli.start('exec', '--', 'touch', file)
    await until(() => slack.calls('oauth.v2.access').length !== asked)
    command.child.kill('SIGINT')
    const { code, stderr } = await command.finished
    assert.equal(code, 130)
    assert.match(stderr, /^error: Interrupted \(interrupted\)/)
    assert.ok(!existsSync(file))
  })
})

test('no token is in the process list, and the store is closed, while the command runs', {
  skip: onLinux,
}, async (t) => {
  const cli = await tempCli(t)
  const token = `xoxb-list-${randomBytes(8).toString('hex')}`
  await save(cli, installation({ bot: { token, id: 'B1', userId: 'U9', scopes: [] } }))
  const { child, hears } = started(t, cli, 'sh', '-c', 'echo ready; sleep 20')
  await hears('ready')
  const commands = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const lines = commands.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return '' // ended meanwhile
    }
  })
  assert.ok(lines.some((line) => line.includes('slack-oauth.cjs\0exec')))
  assert.ok(lines.every((line) => !line.includes(token)))
  const open = readdirSync(`/proc/${child.pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${child.pid}/fd/${fd}`)
    } catch {
      return '' // closed meanwhile
    }
  })
  assert.ok(
    open.every((path) => !path.startsWith(cli.home)),
    open.join(),
  )
})

const CALL_SLACK = `
  fetch(process.env.SLACK_OAUTH_SLACK_URL + '/api/auth.test', {
    method: 'POST', headers: { authorization: 'Bearer ' + process.env.SLACK_BOT_TOKEN },
  }).then((answer) => answer.json()).then(({ ok, team_id, error }) => console.log(ok, team_id ?? error))`

test('expired tokens are renewed before the command runs, and work in it', async (t) => {
  const { cli, slack } = await installed(t)
  const before = slack.calls('oauth.v2.access').length
  const ended = await cli.run('exec', '--', NODE, '-e', CALL_SLACK)
  assert.equal(ended.code, 0)
  assert.match(ended.stdout, /^true T\w+\n$/)
  assert.equal(ended.stderr, '')
  // The bot's and the member's, each once; and none the next time
  assert.equal(slack.calls('oauth.v2.access').length, before + 2)
  await cli.run('exec', '--', 'true')
  assert.equal(slack.calls('oauth.v2.access').length, before + 2)
})

test('while the command runs nothing is locked: it can renew the token itself', async (t) => {
  const { cli, slack } = await installed(t)
  const ended = await cli.run('exec', '--', NODE, BIN, 'token', '--min-ttl', '13h')
  assert.equal(ended.code, 0)
  assert.equal(ended.stderr, '')
  assert.match(ended.stdout, /^xoxe\.xoxb-/)
  assert.equal(slack.calls('oauth.v2.access').length, 1 + 2 + 1)
})

const failures: readonly [what: string, args: string[], code: number][] = [
  ['--no-refresh and an expired token', ['--no-refresh'], 4],
  ['another workspace', ['--team', 'T404'], 3],
  ['a member who is not there', ['--user', 'U404'], 3],
]

for (const [what, args, code] of failures) {
  test(`with ${what} the command is not run, and the exit code is ${code}`, async (t) => {
    const { cli } = await installed(t)
    const file = join(cli.home, 'was-run')
    const ended = await cli.run('exec', ...args, '--', 'touch', file)
    assert.equal(ended.code, code)
    assert.match(ended.stderr, /^error: /)
    assert.equal(ended.stdout, '')
    assert.ok(!existsSync(file))
  })
}

test('where Slack refuses to renew, the command is not run', async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'invalid_refresh_token' })
  const file = join(cli.home, 'was-run')
  const refused = await cli.run('exec', '--', 'touch', file, '--json')
  assert.equal(refused.code, 4)
  // In words: the --json is the command's
  assert.match(refused.stderr, /^error: .+ \(refresh_token_invalid\)$/m)
  assert.ok(!existsSync(file))
})
