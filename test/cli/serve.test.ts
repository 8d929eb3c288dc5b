import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort } from '../support/free-port.ts'
import { slackApp } from '../support/slack-app.ts'
import { installation, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'

const T1 = 'T0SANDBOX01'

async function started(t: TestContext, args: readonly string[] = []) {
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const [first] = app.slack.apps
  await save(cli, installation({ clientId: first?.clientId ?? '', team: { id: T1 } }))
  const command = cli.start('serve', '--scopes', 'chat:write', ...args)
  await command.waitFor(/request URLs/)
  const { origin } = new URL(app.redirectUri)
  const mention = { kind: 'event', event: { type: 'app_mention' } } as const
  const send = () => app.slack.send(mention, { url: `${origin}/slack/events` })
  return { ...app, cli, command, origin, send }
}

test('says where it serves, and prints a line for each request', async (t) => {
  const { command, send, redirectUri, origin } = await started(t)
  const [said] = await command.waitFor(/Serving[\s\S]+\/slack\/interactivity/)
  assert.ok(said.includes(`${origin}/slack/install`))
  assert.ok(said.includes(redirectUri))
  await send()
  await command.waitFor(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}200 {2}ok {7} +\d+ ms {2}event app_mention {2}T0SANDBOX01$/m,
    'stdout',
  )
})

test('--json prints an object for each, and ends with 143 when it is terminated', async (t) => {
  const { command, send } = await started(t, ['--json'])
  await send()
  command.child.kill('SIGTERM')
  const { code, stdout } = await command.finished
  assert.equal(code, 143)
  const { time, ms, ...line } = JSON.parse(stdout)
  assert.ok(Date.parse(time) > 0 && ms >= 0)
  assert.deepEqual(line, {
    kind: 'event',
    type: 'app_mention',
    enterprise_id: null,
    team_id: T1,
    user_id: null,
    outcome: 'ok',
    detail: null,
    status: 200,
  })
})

test('SIGTERM under load finishes what is under way, refuses the rest, and frees the port', async (t) => {
  const held: ServerResponse[] = []
  const slow = createServer((request, response) => {
    request.resume()
    held.push(response)
  })
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  t.after(() => slow.close())
  const address = slow.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { command, send, origin } = await started(t, ['--forward', `http://127.0.0.1:${port}`])
  const idle = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => {})
  t.after(() => idle.destroy())

  const underWay = Promise.all(Array.from({ length: 40 }, send))
  await until(() => held.length >= 40)
  command.child.kill('SIGINT')
  await command.waitFor(/Finishing/)
  await assert.rejects(send, { name: 'Refusal', message: 'connection_failed' })
  for (const response of held) response.end('done')

  const answers = await underWay
  assert.ok(answers.every(({ status }) => status === 200))
  assert.equal(held.length, 40)
  assert.equal((await command.finished).code, 130)
  await assert.rejects(fetch(origin), { name: 'TypeError', message: 'fetch failed' })
})

test('a few hundred idle connections keep nobody from being served', async (t) => {
  const { send, origin, command } = await started(t)
  const port = Number(new URL(origin).port)
  const sockets = Array.from({ length: 500 }, () =>
    connect(port, '127.0.0.1').on('error', () => {}),
  )
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map((socket) => new Promise((open) => socket.once('connect', open))))
  assert.equal((await send()).status, 200)
  command.child.kill('SIGTERM')
  assert.equal((await command.finished).code, 143)
})

async function refused(cli: TempCli, ...args: string[]) {
  const { code, stdout, stderr } = await cli.run('serve', '--client-id', '1.2', ...args)
  assert.equal(stdout, '')
  return `${code} ${stderr}`
}

test('what is missing or wrong is said before it listens, exit 2', async (t) => {
  const bare = await tempCli(t)
  const secrets = { SLACK_CLIENT_SECRET: 's', SLACK_SIGNING_SECRET: 's' }
  const cli = bare.with({ ...secrets, SLACK_SCOPES: 'chat:write' })
  assert.match(await refused(bare), /^2 .*client secret is not set/)
  assert.match(
    await refused(bare.with({ SLACK_CLIENT_SECRET: 's' })),
    /^2 .*signing secret is not set.*\n.*SLACK_SIGNING_SECRET_FILE/,
  )
  assert.match(await refused(bare.with(secrets)), /^2 .*No scopes/)
  assert.match(await refused(cli, '--signing-secret', 'x'), /^2 .*no --signing-secret option/)
  for (const [args, message] of [
    [['--listen', 'nowhere'], /takes a port/],
    [['--listen', '70000'], /takes a port/],
    [['--listen', '192.0.2.1:0'], /This machine has no 192\.0\.2\.1 \(port_in_use\)\nhint: /],
    [['--redirect-uri', 'http://example.com/x'], /http on another host/],
    [['--token-header', 'X-Token'], /is for --forward/],
    [['--forward', 'localhost:3000'], /Cannot forward/],
    [['--forward', 'ftp://x'], /Cannot forward/],
    [['--forward', 'https://example.com', '--token-header', 'X-Token'], /another machine/],
    [['--forward', 'http://localhost:1', '--token-header', 'Host'], /No token can go/],
    [['--forward', 'http://localhost:1', '--token-header', 'a b'], /No token can go/],
    [['--forward', 'http://localhost:1', '--token-header', 'X-Slack-Signature'], /No token can/],
  ] as const) {
    const said = await refused(cli, ...args)
    assert.match(said, /^2 /, said)
    assert.match(said, message)
  }
})

test('https on localhost is warned of: what serve answers is plain http', async (t) => {
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const uri = 'https://localhost:9443/slack/oauth_redirect'
  const command = cli.start(
    'serve',
    ...['--scopes', 'chat:write', '--redirect-uri', uri, '--listen', '0'],
  )
  const [said] = await command.waitFor(/warning[\s\S]+request URLs/)
  assert.match(said, /^warning: serve speaks plain http: .* https:\/\/localhost:9443 /)
})

test('the header that the documentation names takes the token', async (t) => {
  const [, name = ''] = /--token-header (\S+)/.exec(await readFile('docs/serve.md', 'utf8')) ?? []
  const { command } = await started(t, ['--forward', 'http://localhost:1', '--token-header', name])
  await command.waitFor(/forwarded to {3}http:\/\/localhost:1\//)
})

test('the signing secret may be in a file', async (t) => {
  const app = await slackApp(t)
  const { SLACK_SIGNING_SECRET: secret = '', ...env } = app.env
  const cli = await tempCli(t, env)
  const file = join(cli.home, 'secret')
  await writeFile(file, `${secret}\n`)
  const command = cli
    .with({ SLACK_SIGNING_SECRET_FILE: file })
    .start('serve', '--scopes', 'chat:write')
  await command.waitFor(/request URLs/)
  const url = `${new URL(app.redirectUri).origin}/slack/events`
  assert.equal((await app.slack.send({ kind: 'url_verification' }, { url })).status, 200)
})

test('it listens on localhost alone; another address is warned of', async (t) => {
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const args = ['serve', '--scopes', 'chat:write', '--listen']
  const port = await freePort()
  const wide = cli.start(...args, `0.0.0.0:${port}`)
  await wide.waitFor(/warning: Others on the network can reach 0\.0\.0\.0/)
  await wide.waitFor(/Serving/)

  const taken = await cli.run(...args, `127.0.0.1:${port}`)
  assert.equal(taken.code, 2)
  assert.match(taken.stderr, new RegExp(`Port ${port} is in use`))
})
