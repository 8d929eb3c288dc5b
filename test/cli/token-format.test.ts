import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { formatToken } from '../../src/cli/commands/token-format.ts'
import { shell, without } from '../support/shell.ts'
import { installation, ofMember, orgWide, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

async function installed(t: TestContext): Promise<TempCli> {
  const cli = await tempCli(t)
  await save(cli, ofMember('U1', 'xoxp-one'))
  return cli
}

const forms: readonly [format: string, bot: string, user: string][] = [
  ['raw', 'xoxb-secret-1\n', 'xoxp-one\n'],
  ['env', "export SLACK_BOT_TOKEN='xoxb-secret-1'\n", "export SLACK_USER_TOKEN='xoxp-one'\n"],
  ['dotenv', 'SLACK_BOT_TOKEN=xoxb-secret-1\n', 'SLACK_USER_TOKEN=xoxp-one\n'],
  ['header', 'Authorization: Bearer xoxb-secret-1\n', 'Authorization: Bearer xoxp-one\n'],
  [
    'json',
    '{"token":"xoxb-secret-1","client_id":"1.2","enterprise_id":null,"team_id":"T1","kind":"bot","user_id":null,"scopes":["chat:write"],"expires_at":null}\n',
    '{"token":"xoxp-one","client_id":"1.2","enterprise_id":null,"team_id":"T1","kind":"user","user_id":"U1","scopes":["search:read"],"expires_at":null}\n',
  ],
]

for (const [format, bot, user] of forms) {
  test(`token --format ${format} is exactly that, and nothing on stderr`, async (t) => {
    const cli = await installed(t)
    const run = (...args: string[]) => cli.main('token', '--format', format, ...args)
    assert.deepEqual(await run(), { code: 0, stdout: bot, stderr: '' })
    assert.deepEqual(await run('--user'), { code: 0, stdout: user, stderr: '' })
  })
}

test('token --format json says when the token ends, and of which organization it is', async (t) => {
  const cli = await tempCli(t)
  const { bot, ...rest } = orgWide()
  assert.ok(bot)
  await save(cli, { ...rest, bot: { ...bot, expiresAt: 4_000_000_000 } })
  const { stdout } = await cli.main('token', '--format', 'json')
  const { enterprise_id, team_id, expires_at }: Record<string, unknown> = JSON.parse(stdout)
  assert.deepEqual(
    { enterprise_id, team_id, expires_at },
    {
      enterprise_id: 'E1',
      team_id: null,
      expires_at: 4_000_000_000,
    },
  )
})

test('a format that there is not is refused before anything is read', async (t) => {
  const { code, stdout, stderr } = await (await tempCli(t)).run('token', '--format', 'yaml')
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /Allowed choices are raw, env, dotenv, json, header, github \(usage\)/)
})

test('eval in sh puts the token into the environment', async (t) => {
  const { run } = shell(await installed(t))
  const script = 'eval "$(slack-oauth token --format env)"; printenv SLACK_BOT_TOKEN'
  assert.deepEqual(await run(script), { code: 0, stdout: 'xoxb-secret-1\n', stderr: '' })
})

test('whatever is in a token, eval in sh runs none of it', () => {
  const grant = { token: `xoxb-'"$(touch x)\`id\`\\;#`, scopes: [] }
  const key = { clientId: '1.2', teamId: 'T1', isEnterpriseInstall: false }
  const line = formatToken('env', { key, grant })
  const said = execFileSync('sh', ['-c', `eval "$1"; printf %s "$SLACK_BOT_TOKEN"`, 'sh', line])
  assert.equal(said.toString(), grant.token)
  assert.throws(() => formatToken('dotenv', { key, grant }), /characters that no token has/)
})

for (const format of ['raw', 'header', 'dotenv', 'github'] as const) {
  test(`a stored token of two lines is never printed as ${format}`, async (t) => {
    const cli = await tempCli(t, { SLACK_CLIENT_ID: '1.2' })
    const bot = { token: 'xoxb-a\nX-Evil: yes', id: 'B1', userId: 'U9', scopes: [] }
    await save(cli, installation({ bot }))
    const file = join(cli.home, 'github-env')
    const { code, stdout, stderr } = await cli
      .with({ GITHUB_ENV: file })
      .run('token', '--format', format)
    assert.deepEqual([code, stdout], [6, ''])
    assert.match(stderr, /\(store_corrupt\)\nhint: /)
    assert.doesNotMatch(stderr, /Evil/)
    assert.equal(existsSync(file), false)
  })
}

test('sh sources what dotenv writes', async (t) => {
  const { run } = shell(await installed(t))
  const script = `slack-oauth token --format dotenv > .env
    set -a; . ./.env; set +a; printenv SLACK_BOT_TOKEN
    node --env-file=.env -p process.env.SLACK_BOT_TOKEN`
  assert.deepEqual(await run(script), {
    code: 0,
    stdout: 'xoxb-secret-1\nxoxb-secret-1\n',
    stderr: '',
  })
})

test('curl takes the header from a file that never was', {
  skip: without('curl') || without('bash'),
}, async (t) => {
  const { run } = shell(await installed(t))
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const header = 'slack-oauth token --format header'
  await run(`curl -sSf -H @<(${header}) http://127.0.0.1:${port}/`, {}, 'bash')
  await run(`curl -sSf -H "$(${header})" http://127.0.0.1:${port}/`)
  await run(`${header} | curl -sSf -H @- http://127.0.0.1:${port}/`)
  assert.deepEqual(seen, Array(3).fill('Bearer xoxb-secret-1'))
})

test('token --format github masks the token and adds it to the file of the runner', async (t) => {
  const cli = await installed(t)
  const file = join(cli.home, 'github.env')
  writeFileSync(file, 'EARLIER=1\n')
  const runner = cli.with({ GITHUB_ENV: file })
  assert.deepEqual(await runner.run('token', '--format', 'github'), {
    code: 0,
    stdout: '::add-mask::xoxb-secret-1\n',
    stderr: '',
  })
  await runner.run('token', '--format', 'github', '--user')
  assert.equal(
    readFileSync(file, 'utf8'),
    'EARLIER=1\nSLACK_BOT_TOKEN=xoxb-secret-1\nSLACK_USER_TOKEN=xoxp-one\n',
  )
})

test('a last line that another command left open stays its own', async (t) => {
  const cli = await installed(t)
  const file = join(cli.home, 'github.env')
  writeFileSync(file, 'EARLIER=1')
  await cli.with({ GITHUB_ENV: file }).run('token', '--format', 'github')
  assert.equal(readFileSync(file, 'utf8'), 'EARLIER=1\nSLACK_BOT_TOKEN=xoxb-secret-1\n')
})

test('token --github-output names an output of the step, and touches no variable', async (t) => {
  const cli = await installed(t)
  const [output, env] = [join(cli.home, 'output'), join(cli.home, 'env')]
  writeFileSync(env, '')
  const runner = cli.with({ GITHUB_OUTPUT: output, GITHUB_ENV: env })
  assert.deepEqual(await runner.run('token', '--github-output', 'slack-token'), {
    code: 0,
    stdout: '::add-mask::xoxb-secret-1\n',
    stderr: '',
  })
  assert.equal(readFileSync(output, 'utf8'), 'slack-token=xoxb-secret-1\n')
  assert.equal(readFileSync(env, 'utf8'), '')
  if (process.platform !== 'win32') assert.equal(statSync(output).mode & 0o077, 0)
})

test('outside of a step, --format github is wrong usage and prints no token', async (t) => {
  const cli = await installed(t)
  for (const [args, variable] of [
    [['--format', 'github'], 'GITHUB_ENV'],
    [['--github-output', 'x'], 'GITHUB_OUTPUT'],
  ] as const) {
    const { code, stdout, stderr } = await cli.main('token', ...args)
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`^error: ${variable} is not set: .+ \\(usage\\)\nhint: `))
  }
})

test('a name that would be two lines, or a format that is another, is refused', async (t) => {
  const cli = (await installed(t)).with({ GITHUB_OUTPUT: '/dev/null' })
  for (const name of ['a=b', 'a\nb', 'a<<b', '']) {
    const { code, stdout } = await cli.main('token', '--github-output', name)
    assert.equal(code, 2, name)
    assert.equal(stdout, '')
  }
  const both = await cli.main('token', '--github-output', 'x', '--format', 'json')
  assert.equal(both.code, 2)
  assert.equal(both.stdout, '')
})

test('a file of the runner that cannot be written is exit 6, the token masked by then', async (t) => {
  const cli = (await installed(t)).with({ GITHUB_ENV: '/nowhere/env' })
  const { code, stdout, stderr } = await cli.main('token', '--format', 'github')
  assert.equal(code, 6)
  assert.equal(stdout, '::add-mask::xoxb-secret-1\n')
  assert.equal(stderr, 'error: Cannot write to /nowhere/env: ENOENT (output_failed)\n')
})

test('a token in the environment is never what token prints', async (t) => {
  const cli = (await tempCli(t)).with({
    SLACK_BOT_TOKEN: 'xoxb-of-somebody',
    SLACK_TOKEN: 'xoxb-x',
  })
  assert.equal((await cli.main('token')).code, 3)
  await save(cli, installation())
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')
})
