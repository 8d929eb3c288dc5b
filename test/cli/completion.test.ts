import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { startPty } from '../support/pty.ts'
import { without } from '../support/shell.ts'
import { installation, ofMember, save } from '../support/stored.ts'
import { BIN, type TempCli, tempCli } from '../support/temp-cli.ts'
import { needsScript } from '../support/terminal.ts'

const team = (id: string, name: string) => installation({ team: { id, name } })

/** A home with three workspaces in its store. */
async function withStore(t: TestContext): Promise<TempCli> {
  const cli = await tempCli(t)
  await save(cli, team('T0ACME', 'Acme'), team('T0BETA', "Beta's $(touch gone); `id`"), {
    ...ofMember('U7', 'xoxp-secret-7'),
    team: { id: 'T0CAFE', name: 'Café\t\u001b[31m' },
  })
  return cli
}

/** What a script is told of a line, as value and description. */
async function told(cli: TempCli, shell: string, ...words: string[]): Promise<string[][]> {
  const { code, stdout, stderr } = await cli.run('completion', shell, '--', ...words)
  assert.deepEqual([code, stderr], [0, ''])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
}
const values = async (...args: Parameters<typeof told>) =>
  (await told(...args)).map(([value]) => value)

test('commands, options and the values of an option are offered out of the definitions', async (t) => {
  const cli = await tempCli(t)
  assert.deepEqual(await told(cli, 'zsh', 'tok'), [['token', 'print one valid token']])
  assert.deepEqual(await values(cli, 'zsh', 'help', 're'), ['refresh', 'revoke'])
  assert.deepEqual(await values(cli, 'zsh', 'list', '--so'), ['--sort'])
  assert.deepEqual(await values(cli, 'zsh', 'list', '--sort', ''), [
    'place',
    'installed',
    'expires',
  ])
  assert.deepEqual(await values(cli, 'zsh', 'list', '--sort=e'), ['--sort=expires'])
  assert.deepEqual(await values(cli, 'bash', 'list', '--sort', '=', 'e'), ['--sort=expires'])
  assert.deepEqual(await values(cli, 'zsh', 'completion', 'f'), ['fish'])
})

test('an option that is there is offered again only where it may be repeated', async (t) => {
  const cli = await tempCli(t)
  const uri = ['--redirect-uri', 'http', ':', '//localhost', ':', '1/']
  assert.deepEqual(await values(cli, 'bash', 'install', ...uri, '--re'), [
    '--revoke-lost',
    '--redirect-uri',
  ])
  assert.deepEqual(await values(cli, 'bash', 'install', '--paste', '--pa'), [])
})

test('files and commands are left to the shell', async (t) => {
  const cli = await tempCli(t)
  assert.deepEqual(await told(cli, 'zsh', 'token', '--db', ''), [[':files']])
  assert.deepEqual(await told(cli, 'zsh', 'import', 'x'), [[':files']])
  assert.deepEqual(await told(cli, 'zsh', 'exec', '--', 'no'), [[':commands']])
  assert.deepEqual(await told(cli, 'zsh', 'exec', '--', 'node', '--t'), [[':files']])
})

test('workspaces, members and apps come from the store, by id or by name, and nothing secret', async (t) => {
  const cli = await withStore(t)
  assert.deepEqual(await told(cli, 'zsh', 'token', '--team', 'T0A'), [['T0ACME', 'Acme']])
  assert.deepEqual(await told(cli, 'zsh', 'token', '--team', 'ca'), [['T0CAFE', 'Café[31m']])
  assert.deepEqual(await told(cli, 'zsh', 'token', '--team=T0A'), [['--team=T0ACME', 'Acme']])
  assert.deepEqual(await values(cli, 'zsh', 'token', '--team', 'T0CAFE', '--user', ''), ['U7'])
  assert.deepEqual(await told(cli, 'zsh', 'token', '--client-id', ''), [['1.2', 'A1']])
  const { stdout } = await cli.run('completion', 'zsh', '--', 'token', '--team', '')
  assert.doesNotMatch(stdout, /xox/)
})

test('the store is the one that the line names', async (t) => {
  const cli = await withStore(t)
  const elsewhere = cli.with({ SLACK_OAUTH_DB: join(cli.home, 'nothing.db') })
  assert.deepEqual(await values(elsewhere, 'zsh', 'show', '--team', ''), [])
  assert.deepEqual(await values(elsewhere, 'zsh', 'show', '--db', cli.db, '--team', 'T0A'), [
    'T0ACME',
  ])
  assert.deepEqual(
    await values(elsewhere, 'zsh', 'show', '--db', '~/store/installations.db', '--team', 'T0A'),
    ['T0ACME'],
  )
})

test('what goes wrong is no text in the line: a broken store, a locked one', async (t) => {
  const cli = await withStore(t)
  const line = ['token', '--team', ''] as const
  writeFileSync(join(cli.home, 'broken.db'), 'no store')
  const broken = cli.with({ SLACK_OAUTH_DB: join(cli.home, 'broken.db') })
  assert.deepEqual(await told(broken, 'bash', ...line), [])
  assert.deepEqual(await told(cli, 'bash', 'nothing', '--such', ''), [])
  const holder = new Database(cli.db)
  t.after(() => holder.close())
  holder.pragma('journal_mode = delete')
  holder.exec('begin exclusive')
  assert.deepEqual(await told(cli, 'bash', ...line), [])
})

test('a store over the network is not asked', async (t) => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  let asked = 0
  server.on('connection', () => asked++)
  const address = server.address()
  const url = `postgres://user:secret@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`
  const cli = await tempCli(t, { SLACK_OAUTH_DB: url })
  assert.deepEqual(await told(cli, 'bash', 'token', '--team', ''), [])
  assert.deepEqual(await told(cli, 'bash', 'token', '--db', url, '--team', ''), [])
  assert.equal(asked, 0)
})

/** The home's own `slack-oauth`: it completes, and of any other command line it shows the words. */
function putOnPath(cli: TempCli): TempCli {
  const script = `#!/bin/sh
if [ "$1" = completion ]; then exec '${process.execPath}' '${BIN}' "$@"; fi
printf 'words='; printf '<%s>' "$@"; echo
`
  writeFileSync(join(cli.home, 'slack-oauth'), script, { mode: 0o755 })
  return cli.with({
    PATH: `${cli.home}:${cli.env.PATH}`,
    PS1: 'ready> ',
    XDG_DATA_HOME: join(cli.home, "it's data"),
  })
}

for (const shell of ['bash', 'zsh'] as const) {
  test(`after completion --install, a new ${shell} completes with the Tab key`, {
    skip: without(shell) || needsScript,
  }, async (t) => {
    const cli = putOnPath(await withStore(t))
    const rc = join(cli.home, `.${shell}rc`)
    appendFileSync(rc, "PS1='ready> '; alias mine=true")
    const before = readFileSync(rc, 'utf8')
    for (let twice = 0; twice < 2; twice++) {
      assert.equal((await cli.run('completion', shell, '--install')).code, 0)
    }
    const after = readFileSync(rc, 'utf8')
    assert.equal(after.slice(0, before.length), before)
    assert.equal(after.slice(before.length).trim().split('\n').length, 1)

    const pty = startPty(t, cli, `stty cols 100; exec ${shell} -i`)
    await pty.waitFor(/ready> /)
    let lines = 0
    const typed = async (keys: string) => {
      pty.type(`${keys}\n`)
      return (await pty.waitFor(new RegExp(`(?:[\\s\\S]*?words=(.*?)\r){${++lines}}`)))[1]
    }
    assert.equal(await typed('slack-oauth tok\t--form\tdot\t'), '<token><--format><dotenv>')
    assert.equal(await typed('slack-oauth list --sort=ex\t'), '<list><--sort=expires>')
    assert.equal(await typed('slack-oauth token --team T0A\t'), '<token><--team><T0ACME>')
    assert.equal(await typed('slack-oauth token --team caf\t'), '<token><--team><T0CAFE>')
    assert.equal(await typed('slack-oauth import inst'), '<import><inst>')
    writeFileSync(join(cli.home, 'my store.db'), '')
    assert.equal(await typed('slack-oauth token --db my\t'), '<token><--db><my store.db>')
    assert.equal(await typed('slack-oauth exec -- touc\tx'), '<exec><--><touch><x>')
    pty.type('slack-oauth token --team T0\t\t')
    await pty.waitFor(/T0ACME +\(?Acme[\s\S]*T0BETA +\(?Beta's \$\(touch gone\); `id`/)
    assert.throws(() => readFileSync(join(cli.home, 'gone')), /ENOENT/)
  })
}

test('after completion --install, fish completes', { skip: without('fish') }, async (t) => {
  const cli = putOnPath(await withStore(t))
  assert.equal((await cli.run('completion', 'fish', '--install')).code, 0)
  const completed = (line: string) =>
    execFileSync('fish', ['-c', `complete -C '${line}'`], {
      env: cli.env,
      cwd: cli.home,
      encoding: 'utf8',
    })
      .split('\n')
      .filter(Boolean)
  assert.deepEqual(completed('slack-oauth tok'), ['token\tprint one valid token'])
  assert.deepEqual(completed('slack-oauth list --sort='), [
    '--sort=place',
    '--sort=installed',
    '--sort=expires',
  ])
  assert.deepEqual(completed('slack-oauth token --team T0A'), ['T0ACME\tAcme'])
  writeFileSync(join(cli.home, 'my.db'), '')
  assert.deepEqual(completed('slack-oauth token --db my'), ['my.db'])
  assert.deepEqual(completed('slack-oauth token --db=my'), ['--db=my.db'])
  assert.ok(completed('slack-oauth exec -- touc').some((line) => line.startsWith('touch')))
})

test('without a name the shell is that of $SHELL, and PowerShell is told what to do', async (t) => {
  const cli = await tempCli(t, { SHELL: '/usr/bin/zsh' })
  assert.match((await cli.run('completion')).stdout, /^#compdef slack-oauth\n/)
  const unknown = await cli.with({ SHELL: '/bin/csh' }).run('completion')
  assert.deepEqual([unknown.code, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, /hint: .*bash\|zsh\|fish\|powershell/)
  const refused = await cli.run('completion', 'powershell', '--install')
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /hint: .*completion powershell >> \$PROFILE/)
})

test('a start-up file that cannot be written is an error with what to do', async (t) => {
  const cli = await tempCli(t, { ZDOTDIR: '/nonexistent' })
  const { code, stderr } = await cli.run('completion', 'zsh', '--install')
  assert.equal(code, 6)
  assert.match(stderr, /error: Cannot write \/nonexistent\/\.zshrc: ENOENT \(output_failed\)/)
})
