import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '../support/free-port.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

const APP = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'the-client-secret' }

interface Refusal {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Record<string, string>
  readonly says: RegExp
  readonly hints?: RegExp
}

const install = (...args: string[]) => ['install', '--scopes', 'chat:write', ...args]

const refusals: readonly Refusal[] = [
  {
    name: 'a missing client id',
    args: install(),
    env: { SLACK_CLIENT_ID: '' },
    says: /The app's client ID is not set \(missing_setting\)/,
    hints:
      /Set SLACK_CLIENT_ID, or use --client-id.*\nhint: To make an app first: slack-oauth manifest.*\nhint: .*slack-oauth sandbox\n/,
  },
  {
    name: 'an empty client id',
    args: install('--client-id', ''),
    says: /argument '' is invalid\. It is empty \(usage\)/,
  },
  {
    name: 'an empty store',
    args: install('--db', ''),
    says: /argument '' is invalid\. It is empty \(usage\)/,
  },
  {
    name: 'a blank client secret',
    args: install(),
    env: { SLACK_CLIENT_SECRET: '  ' },
    says: /client secret is not set/,
  },
  {
    name: 'a store of another kind',
    args: install('--db', 'mysql://user:hunter2@host/db'),
    says: /SQLite or in PostgreSQL \(usage\)/,
  },
  {
    name: 'a missing client secret',
    args: install(),
    env: { SLACK_CLIENT_SECRET: '' },
    says: /The app's client secret is not set \(missing_setting\)/,
    hints: /Set SLACK_CLIENT_SECRET, or SLACK_CLIENT_SECRET_FILE/,
  },
  {
    name: 'a client secret file that is not there',
    args: install(),
    env: { SLACK_CLIENT_SECRET: '', SLACK_CLIENT_SECRET_FILE: '/nowhere/secret' },
    says: /Cannot read the file \/nowhere\/secret of SLACK_CLIENT_SECRET_FILE: ENOENT \(usage\)/,
  },
  {
    name: 'a client secret given as an option',
    args: install('--client-secret', 'the-client-secret'),
    says: /There is no --client-secret option: .* process list \(usage\)/,
    hints: /Set SLACK_CLIENT_SECRET/,
  },
  {
    name: 'a client secret given as an option in one word',
    args: install('--client-secret=the-client-secret'),
    says: /There is no --client-secret option/,
  },
  {
    name: 'an unknown option with a value',
    args: install('--secret-of-mine=the-client-secret'),
    says: /Unknown option '--secret-of-mine'? ?\(usage\)/,
  },
  {
    name: 'an unknown option with a value that has a quote in it',
    args: install("--secret-of-mine=a'the-client-secret"),
    says: /Unknown option '--secret-of-mine' \(usage\)/,
  },
  {
    name: 'an unknown option with a value of several lines, such as a key',
    args: install('--secret-of-mine=-----BEGIN PRIVATE KEY-----\nthe-client-secret\n'),
    says: /Unknown option '--secret-of-mine' \(usage\)/,
  },
  {
    name: 'an unknown option of one letter with its value',
    args: install('-pthe-client-secret'),
    says: /Unknown option '-p' \(usage\)/,
  },
  {
    name: 'a token as a stray argument',
    args: ['token', 'xoxb-the-client-secret'],
    says: /\(usage\)/,
  },
  {
    name: 'a malformed scope',
    args: ['install', '--scopes', 'chat:write,<script>'],
    says: /"<script>" is not a Slack scope \(invalid_scope\)/,
  },
  {
    name: 'a scope that holds an ampersand',
    args: ['install', '--scopes', 'chat:write&team=T1'],
    says: /"chat:write&team=T1" is not a Slack scope \(invalid_scope\)/,
  },
  {
    name: 'a scope that holds a newline',
    args: ['install', '--scopes', 'chat:write\nchannels:read'],
    says: /"chat:write\\nchannels:read" is not a Slack scope \(invalid_scope\)/,
  },
  {
    name: 'no scopes at all',
    args: ['install'],
    says: /No scopes to ask for \(missing_setting\)/,
    hints: /--scopes \(SLACK_SCOPES\)/,
  },
  {
    name: 'scopes of Sign in with Slack among others',
    args: ['install', '--scopes', 'chat:write', '--user-scopes', 'openid'],
    says: /"openid" is a scope of Sign in with Slack.* \(invalid_scope\)/,
    hints: /slack-oauth signin/,
  },
  ...(
    [
      ['is not a URL', 'localhost'],
      ['is http on another host', 'http://example.com/callback'],
      ['is http on another host', 'http://localhost.example.com:8910/'],
      ['is http on another host', 'http://0.0.0.0:8910/'],
      ['has a fragment', 'http://localhost:8910/callback#top'],
      ['has a fragment', 'http://localhost:8910/callback#'],
      ['holds credentials', 'http://user:hunter2@localhost:8910/callback'],
      ['is not a URL', 'http://user:hunter2 and/more@localhost:8910/callback'],
      ['is neither http nor https', 'myapp://callback'],
      ['is not in its canonical form', 'http://localhost:8910/a/../b'],
      ['is not in its canonical form', 'http://LOCALHOST:8910/b'],
      ['has port 0', 'http://localhost:0/callback'],
      ['has a parameter "state"', 'http://localhost:8910/callback?state=1'],
    ] as const
  ).map(
    ([rule, uri]): Refusal => ({
      name: `the redirect URI ${uri}`,
      args: install('--redirect-uri', uri),
      says: new RegExp(`The redirect URI .*${rule}.*\\(invalid_redirect_uri\\)`),
    }),
  ),
  {
    name: 'a command as another tool calls it',
    args: ['uninstall'],
    says: /Unknown command 'uninstall' \(usage\)/,
    hints: /slack-oauth revoke --uninstall/,
  },
  {
    name: 'help of a command that is misspelt',
    args: ['help', 'isntall'],
    says: /^error: Unknown command 'isntall' \(usage\)\nhint: Did you mean install\?\n$/,
  },
  {
    name: 'a workspace as a stray argument',
    args: ['token', 'T0123ABCD'],
    says: /Too many arguments/,
    hints: /slack-oauth token --team T0123ABCD/,
  },
  {
    name: 'a value for an option that takes none',
    args: ['list', '--json=1'],
    says: /Unknown option '--json' \(usage\)/,
    hints: /--json takes no value/,
  },
  {
    name: 'a certificate for a redirect URI that is plain http',
    args: install('--cert', 'cert.pem', '--key', 'key.pem', '--timeout', '1'),
    says: /--cert is for a redirect URI on https:\/\/localhost \(usage\)/,
    hints: /--redirect-uri/,
  },
  {
    name: 'a configuration of the sandbox that is not there',
    args: ['sandbox', '--config', 'none.json'],
    says: /Cannot read the file none\.json of --config: ENOENT \(usage\)/,
  },
  {
    name: 'a Slack URL that would send the secret in the clear',
    args: install('--slack-url', 'http://slack.com'),
    says: /is neither https nor http on localhost \(usage\)/,
  },
  {
    name: 'a time-out that is no number',
    args: install('--timeout', 'soon'),
    says: /It takes a number of seconds/,
  },
  {
    name: 'a workspace name where its id is wanted',
    args: ['token', '--team', 'acme'],
    says: /A workspace id looks like T0123ABCD/,
  },
  {
    name: 'an organization where a workspace is wanted',
    args: ['token', '--team', 'E0123ABCD'],
    says: /use --enterprise/,
  },
  {
    name: 'a mistyped command',
    args: ['instal'],
    says: /Unknown command 'instal' \(usage\)/,
    hints: /Did you mean install\?/,
  },
  {
    name: 'a mistyped option',
    args: ['token', '--teem', 'T1'],
    says: /Unknown option '--teem' \(usage\)/,
    hints: /Did you mean --team\?/,
  },
  {
    name: 'a bot and a user at once',
    args: ['token', '--bot', '--user', 'U1'],
    says: /cannot be used with/,
  },
  {
    name: 'a PostgreSQL URL that cannot be read',
    args: ['list'],
    env: { SLACK_OAUTH_DB: 'postgres://user:hunter2@/pass@localhost/db' },
    says: /URL of the store cannot be read \(usage\)/,
    hints: /percent-encoded/,
  },
]

for (const { name, args, env, says, hints } of refusals) {
  test(`${name} is refused with exit 2, silence on stdout and nothing made`, async (t) => {
    const cli = await tempCli(t, { ...APP, ...env })

    const { code, stdout, stderr } = await cli.main(...args)

    assert.equal(code, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, says)
    assert.match(stderr, /^error: /)
    if (hints) assert.match(stderr, new RegExp(`^hint: .*${hints.source}`, 'm'))
    assert.doesNotMatch(stderr, /the-client-secret|hunter2/)
    assert.equal(existsSync(cli.db), false)
  })
}

test('an error with --json is one JSON object on stderr', async (t) => {
  const cli = await tempCli(t)
  const { code, stdout, stderr } = await cli.main('install', '--scopes', 'chat:write', '--json')
  assert.equal(code, 2)
  assert.equal(stdout, '')
  const { error }: { error: { code: string; message: string; hint: string } } = JSON.parse(stderr)
  assert.equal(error.code, 'missing_setting')
  assert.match(error.message, /client ID/)
  assert.match(error.hint, /SLACK_CLIENT_ID/)
})

test('a port in use is refused before a browser opens, and its holder named', async (t) => {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => server.close())
  const cli = await tempCli(t, { ...APP, SLACK_REDIRECT_URI: `http://localhost:${port}/callback` })

  const { code, stdout, stderr } = await cli.main('install', '--scopes', 'chat:write')

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    new RegExp(
      `^error: Port ${port} is in use by \\S+ \\(process ${process.pid}\\) \\(port_in_use\\)$`,
      'm',
    ),
  )
  assert.match(stderr, /^hint: Stop that program, or name a redirect URI with another port/m)
  assert.doesNotMatch(stderr, /Open this URL/)
})

test('a port in use on ::1 alone is a port in use', async (t) => {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '::1', resolve))
  t.after(() => server.close())
  const cli = await tempCli(t, { ...APP, SLACK_REDIRECT_URI: `http://localhost:${port}/callback` })
  const { code, stderr } = await cli.main('install', '--scopes', 'chat:write')
  assert.equal(code, 2)
  assert.match(stderr, /is in use/)
})

test('of several redirect URIs the first with a free port is used', async (t) => {
  const { env, slack } = await slackApp(t)
  const [busy, free] = [await freePort(), await freePort()]
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(busy, '127.0.0.1', resolve))
  t.after(() => server.close())
  const cli = await tempCli(t, env)
  const command = cli.start(
    'install',
    '--scopes',
    'chat:write',
    '--redirect-uri',
    `http://localhost:${busy}/callback`,
    '--redirect-uri',
    `http://localhost:${free}/callback`,
  )
  const [url] = await command.waitFor(/^http\S+authorize\S+$/m)
  assert.equal(new URL(url).searchParams.get('redirect_uri'), `http://localhost:${free}/callback`)
  assert.equal(new URL(url).origin, slack.url)
})

test('the secret may come from a file, and settings from an env file', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t)
  await writeFile(join(cli.home, 'secret'), `${env.SLACK_CLIENT_SECRET}\n`)
  const { SLACK_CLIENT_SECRET: _, ...settings } = env
  await writeFile(
    join(cli.home, 'app.env'),
    [
      ...Object.entries(settings),
      ['SLACK_SCOPES', 'chat:write'],
      ['SLACK_CLIENT_SECRET_FILE', 'secret'],
    ]
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const command = cli.start('install', '--env-file', 'app.env')
  const { decide } = await import('../support/person.ts')
  await decide(command)
  assert.equal((await command.finished).code, 0)
})

test('an option beats the environment, and the environment beats the env file', async (t) => {
  const cli = await tempCli(t, { SLACK_CLIENT_ID: '2.2' })
  await writeFile(join(cli.home, 'app.env'), 'SLACK_CLIENT_ID=3.3\nSLACK_USER_SCOPES=search:read\n')
  const clientId = async (...args: string[]) => {
    const { stdout } = await cli.main('url', '--scopes', 'chat:write', ...args)
    return new URL(stdout).searchParams
  }
  assert.equal((await clientId('--client-id', '1.1')).get('client_id'), '1.1')
  const both = await clientId('--env-file', 'app.env')
  assert.equal(both.get('client_id'), '2.2')
  assert.equal(both.get('user_scope'), 'search:read')
})

test('an env file that is not there is refused', async (t) => {
  const cli = await tempCli(t, APP)
  const { code, stdout, stderr } = await cli.run('url', '--scopes', 'a:b', '--env-file', 'nowhere')
  assert.equal(stdout, '')
  // Node takes an option of this name for its own, wherever it stands, and ends before we begin
  assert.equal(code, 9)
  assert.match(stderr, /nowhere: not found/)

  const inProcess = await cli.main('url', '--scopes', 'a:b', '--env-file', 'nowhere')
  assert.equal(inProcess.code, 2)
  assert.match(inProcess.stderr, /Cannot read the file nowhere of --env-file: ENOENT \(usage\)/)
})

test('an env file may begin with a mark, and has to be UTF-8', async (t) => {
  const cli = await tempCli(t)
  await writeFile(join(cli.home, 'bom.env'), '\ufeffSLACK_CLIENT_ID=1.2\nSLACK_SCOPES=a:b\n')
  const { stdout } = await cli.main('url', '--env-file', 'bom.env')
  assert.equal(new URL(stdout).searchParams.get('client_id'), '1.2')
  await writeFile(join(cli.home, 'utf16.env'), Buffer.from('SLACK_CLIENT_ID=1.2\n', 'utf16le'))
  const { code, stderr } = await cli.main('url', '--scopes', 'a:b', '--env-file', 'utf16.env')
  assert.equal(code, 2)
  assert.match(stderr, /is not text in UTF-8/)
})

test('an env file without a setting is refused: it may not be written yet', async (t) => {
  const cli = await tempCli(t, APP)
  await writeFile(join(cli.home, 'empty.env'), '\n')
  const { code, stderr } = await cli.main('url', '--scopes', 'a:b', '--env-file', 'empty.env')
  assert.equal(code, 2)
  assert.match(stderr, /The env file empty\.env holds no settings \(usage\)\nhint: Is the program/)
})

test('a home that is no absolute path is refused, and nothing is written where one is', async (t) => {
  const cli = await tempCli(t, { ...APP, HOME: '', SLACK_OAUTH_DB: '' })
  const { code, stderr } = await cli.run('url', '--scopes', 'a:b')
  assert.equal(code, 2, stderr)
  assert.match(stderr, /is not an absolute path \(usage\)/)
})

test('settings from the environment may have blanks around them', async (t) => {
  const cli = await tempCli(t, { ...APP, SLACK_CLIENT_ID: ' 1.2\r' })
  const { stdout } = await cli.main('url', '--scopes', 'a:b')
  assert.equal(new URL(stdout).searchParams.get('client_id'), '1.2')
})
