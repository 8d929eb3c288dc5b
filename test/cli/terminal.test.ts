import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { consent, look } from '../support/person.ts'
import { onPty, startPty } from '../support/pty.ts'
import { slackApp } from '../support/slack-app.ts'
import { installation, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'
import { needsScript, onTerminal } from '../support/terminal.ts'

const skip = needsScript

const ESCAPE = '\u001b'
const NAMES = [
  'Acme',
  '株式会社',
  'שלום 12',
  'شركة',
  '👩‍👩‍👧 Family 🇩🇪',
  'Cafe\u0301',
  '한국어',
  'a\u202eb\u2066',
]

async function withNames(t: TestContext, env: Record<string, string> = {}): Promise<TempCli> {
  const cli = await tempCli(t, env)
  await save(cli, ...NAMES.map((name, index) => installation({ team: { id: `T${index}`, name } })))
  return cli
}

/** Where the third column begins, in columns of the terminal, row by row. */
const thirdColumn = (table: string) =>
  table
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => stringWidth(line.slice(0, line.search(/MEMBER|U1 /))))

test('a table aligns whatever script the names are in', async (t) => {
  const cli = await withNames(t)
  const { stdout } = await cli.run('list')
  assert.deepEqual(new Set(thirdColumn(stdout)).size, 1, stdout)
  assert.equal(stdout.split('\n').length, NAMES.length + 2)
})

test('what is written from right to left keeps to itself on a terminal, and is plain in a pipe', {
  skip,
}, async (t) => {
  const cli = await withNames(t)
  const { shown } = await onTerminal(cli, { columns: 100 }, 'list')
  assert.match(shown, /\u2068שלום 12\u2069 /)
  assert.equal(new Set(thirdColumn(stripVTControlCharacters(shown))).size, 1, shown)
  const { stdout } = await cli.run('list')
  assert.match(stdout, / שלום 12 /)
  assert.doesNotMatch(stdout, /[\u202a-\u202e\u2066-\u2069]/)
})

test('on a terminal that is too narrow, a row is a few lines; in a pipe it is a row', {
  skip,
}, async (t) => {
  const cli = await withNames(t)
  const { shown } = await onTerminal(cli.with({ NO_COLOR: '1' }), { columns: 40 }, 'list')
  assert.match(shown, /^WORKSPACE {2}T0\r\nNAME {7}Acme\r\nMEMBER {5}U1\r\n/)
  assert.match(shown, /\r\n\r\nWORKSPACE {2}T1\r\n/)
  for (const line of shown.split('\r\n')) assert.ok(stringWidth(line) <= 40, line)
  assert.match((await cli.run('list')).stdout, /^WORKSPACE {2}NAME/)
})

test('at 80 columns list is a table: long names go on below, and what is optional is left out', {
  skip,
}, async (t) => {
  const cli = (await tempCli(t)).with({ NO_COLOR: '1' })
  const place = (team: string, name: string) =>
    installation({ appId: 'A0123ABCDEF', team: { id: team, name }, user: { id: 'U0123ABCDEF' } })
  await save(cli, place('T0123ABCDE1', 'A name that is longer than the terminal has room for'))
  await save(cli, place('T0123ABCDE2', '長い名前がここにあります長い名前がここにあります'))
  const { shown } = await onTerminal(cli, { columns: 80 }, 'list')
  assert.equal(
    shown.replaceAll('\r', ''),
    `${[
      'WORKSPACE    NAME                      MEMBER       APP          TOKENS  EXPIRES',
      'T0123ABCDE1  A name that is longer     U0123ABCDEF  A0123ABCDEF  bot     never',
      '             than the terminal has',
      '             room for',
      'T0123ABCDE2  長い名前がここにあります  U0123ABCDEF  A0123ABCDEF  bot     never',
      '             長い名前がここにあります',
    ].join('\n')}\n`,
  )
})

test('a terminal that draws a name wider than expected still has the next cell in its column', {
  skip,
}, async (t) => {
  const cli = await withNames(t)
  const { shown } = await onTerminal(cli, { columns: 100 }, 'list')
  const rows = shown.split('\r\n')
  const [, acme = '', chinese = ''] = rows
  const column = acme.indexOf('U1')
  assert.match(chinese, new RegExp(` \\u001b\\[${column + 1}GU1 `))
  assert.ok(!acme.includes(ESCAPE), acme)
})

test('what is said to a person breaks between words on a terminal, and is a line elsewhere', {
  skip,
}, async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, { ...env, NO_COLOR: '1' })
  const args = ['install', '--scopes', 'chat:write', '--no-browser']
  const said = 'If that browser does not come back here, paste the address that it ends on'
  for (const [extra, lines] of [
    [{}, /If that browser does not come back here,\r\npaste the address/],
    [{ ACCESSIBLE: '1' }, new RegExp(said)],
  ] as const) {
    const pty = onPty(t, cli.with(extra), { columns: 40 }, ...args)
    await pty.waitFor(/Waiting for you/)
    pty.type('\u0003')
    const { shown } = await pty.finished
    assert.match(shown, lines)
    assert.match(shown, /\r\nhttp:\S{100,}\r\n/)
  }
})

test('--help fits on 40 columns, but for its examples', { skip }, async (t) => {
  const cli = await tempCli(t, { NO_COLOR: '1' })
  for (const args of [['--help'], ['install', '--help']]) {
    const { shown } = await onTerminal(cli, { columns: 40 }, ...args)
    const [help = ''] = shown.split(/Examples:|Exit codes:/)
    const words = help.split('\r\n').filter((line) => / .* /.test(line.trimStart()))
    for (const line of words) assert.ok(line.length <= 40, line)
    assert.match(help, /\r\n {2}\S+.*\r\n {6}\S/)
  }
})

test('a spinner fits on 40 columns', { skip }, async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, { ...env, NO_COLOR: '1' })
  const pty = onPty(t, cli, { columns: 40 }, 'install', '--scopes', 'chat:write', '--no-browser')
  const [line = ''] = await pty.waitFor(/\S Waiting for you[^\r\n]*left/)
  pty.type('\u0003')
  assert.ok(stringWidth(stripVTControlCharacters(line)) <= 40, line)
  await pty.finished
})

test('in JSON, what would steer a terminal is escaped, and the same once it is read', async (t) => {
  const name = 'a\u009b31m\u001b[31m\u007f\u202eb\u2066'
  const cli = await tempCli(t)
  await save(cli, installation({ team: { id: 'T1', name } }))
  for (const command of ['list', 'show']) {
    const { stdout } = await cli.run(command, '--json')
    assert.doesNotMatch(stdout.trimEnd(), /[\p{Cc}\u202e\u2066]/u)
    assert.equal(JSON.parse(stdout).team_name, name)
  }
})

test('show lines its values up behind the labels that there are', async (t) => {
  const cli = await withNames(t)
  const { stdout } = await cli.run('show', '--team', 'T0')
  assert.match(stdout, /^team_id {16}T0$/m)
  assert.match(stdout, /^is_enterprise_install {2}no$/m)
})

test('colour can be asked for, and declined, as other tools have it', { skip }, async (t) => {
  const cli = await withNames(t)
  const hasColour = async (env: Record<string, string>) =>
    (await cli.with(env).run('list')).stdout.includes(`${ESCAPE}[1m`)
  assert.ok(await hasColour({ FORCE_COLOR: '1' }))
  assert.ok(await hasColour({ CLICOLOR_FORCE: '1' }))
  for (const env of [
    { CLICOLOR_FORCE: '0' },
    { FORCE_COLOR: '1', NO_COLOR: '1' },
    { CLICOLOR: '1' },
  ]) {
    assert.ok(!(await hasColour(env)), JSON.stringify(env))
  }
  for (const env of [{ CLICOLOR: '0' }, { FORCE_COLOR: '0' }]) {
    const { shown } = await onTerminal(cli.with(env), { columns: 100 }, 'list')
    assert.ok(!shown.includes(`${ESCAPE}[1m`), JSON.stringify(env))
  }
})

test('doctor breaks its lines between words on a terminal, and not in a pipe', {
  skip,
}, async (t) => {
  const cli = await tempCli(t, { NO_COLOR: '1' })
  const piped = (await cli.run('doctor', '--offline')).stdout
  const words = (text: string) => text.split(/\s+/).slice(0, 40).join(' ')
  for (const columns of [80, 50]) {
    const { shown } = await onTerminal(cli, { columns }, 'doctor', '--offline')
    assert.equal(words(shown), words(piped))
    const long = shown.split('\r\n').filter((line) => line.length > columns)
    assert.deepEqual(
      long.filter((line) => /\S \S/.test(line.slice(22))),
      [],
    )
    if (columns === 80) assert.match(shown, /\r\n {21}\S/)
  }
})

test('NO_COLOR, a dumb terminal and a pipe have no escape sequence at all', { skip }, async (t) => {
  const cli = await withNames(t)
  const coloured = await onTerminal(cli, { columns: 100 }, 'list')
  assert.ok(coloured.shown.includes(`${ESCAPE}[1m`))
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    const pty = onPty(t, cli.with(env), { columns: 100 }, 'list')
    assert.ok(!(await pty.finished).shown.includes(ESCAPE), JSON.stringify(env))
  }
  assert.ok(!(await cli.run('list')).stdout.includes(ESCAPE))
})

for (const env of [{ ACCESSIBLE: '1' }, { TERM: 'dumb' }]) {
  test(`for ${Object.entries(env).join().replace(',', '=')} nothing moves, and each line is written once`, {
    skip,
  }, async (t) => {
    const { env: app } = await slackApp(t)
    const cli = await tempCli(t, { ...app, NO_COLOR: '1', ...env })
    const pty = onPty(t, cli, {}, 'install', '--scopes', 'chat:write')
    const [url] = await pty.waitFor(/http:\S+\/authorize\?\S+(?=\r)/)
    await pty.waitFor(/Waiting for you/)
    await look(await consent(url))
    const { code, shown } = await pty.finished
    assert.equal(code, 0, shown)
    assert.ok(!shown.includes(ESCAPE))
    const said = shown.split('\r\n').map((line) => line.split(/ {2}|,|:/)[0])
    assert.deepEqual(new Set(said).size, said.length, shown)
    assert.ok(shown.indexOf('Open this URL') < shown.indexOf('Waiting for you'))
    assert.ok(shown.indexOf('Waiting for you') < shown.indexOf('Back from Slack'))
    assert.ok(shown.indexOf('Back from Slack') < shown.indexOf('Installed in'))
  })
}

test('the app is a link on a terminal that has links, and on no other', { skip }, async (t) => {
  const main = join(import.meta.dirname, '../support/details-main.ts')
  const link = `${ESCAPE}]8;;https://api.slack.com/apps/A1${ESCAPE}\\A1${ESCAPE}]8;;${ESCAPE}\\`
  const shown = async (env: Record<string, string>) => {
    const { env: base } = await tempCli(t, env)
    const line = `'${process.execPath}' '${main}'`
    return startPty(t, { home: process.cwd(), env: base }, line).ended
  }
  const vte = { VTE_VERSION: '7600', TERM: 'xterm-256color' }
  assert.ok((await shown(vte)).includes(link))
  for (const env of [
    {},
    { ...vte, TERM: 'screen' },
    { ...vte, TERM: 'dumb' },
    { ...vte, NO_COLOR: '1' },
  ]) {
    const text = await shown(env)
    assert.match(stripVTControlCharacters(text), /^App {2}A1\r\n$/)
    assert.ok(!text.includes(']8;'), JSON.stringify(env))
  }
})
