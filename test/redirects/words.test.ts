import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide, printedUrl } from '../support/person.ts'
import { onPty } from '../support/pty.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'
import { needsScript } from '../support/terminal.ts'

const SCOPES = ['install', '--scopes', 'chat:write']

test('over SSH the command that forwards the port is ready to copy, alone on its line', async (t) => {
  const { env, redirectUri } = await slackApp(t)
  const { port } = new URL(redirectUri)
  const cli = await tempCli(t, {
    ...env,
    BROWSER: '',
    USER: 'you',
    SSH_CONNECTION: '203.0.113.7 50022 198.51.100.4 2222',
  })
  const command = cli.start(...SCOPES)

  await command.waitFor(
    new RegExp(`^ssh -N -p 2222 -L ${port}:localhost:${port} you@198.51.100.4$`, 'm'),
  )
  await command.waitFor(/a browser that reaches http:\S+ \(this is an SSH session\):$/m)
  await decide(command)
  assert.equal((await command.finished).code, 0)
})

test('a wait that ends without a callback lists what it may be, the redirect URI first', async (t) => {
  const { env, redirectUri, slack } = await slackApp(t)
  const cli = await tempCli(t, env)

  const { code, stdout, stderr } = await cli.run(...SCOPES, '--timeout', '0.2')

  assert.equal(code, 4)
  assert.equal(stdout, '')
  const [error, ...hints] = stderr.trimEnd().split('\n').slice(-6)
  assert.match(error ?? '', /^error: Nobody came back .+ \(timed_out\)$/)
  assert.equal(
    hints[0],
    `hint: If Slack's page said that redirect_uri did not match, register exactly ${redirectUri} on ${slack.url}/apps, under OAuth & Permissions`,
  )
  assert.match(hints[1] ?? '', /on another machine/)
  assert.match(hints[2] ?? '', /not distributed/)
  assert.match(hints[3] ?? '', /administrator/)
  assert.match(hints[4] ?? '', /window was closed/)
})

test('the page of the app is named once something is installed', async (t) => {
  const { env, slack } = await slackApp(t)
  const cli = await tempCli(t, env)
  const first = cli.start(...SCOPES)
  await decide(first)
  await first.finished

  const { stderr } = await cli.run(...SCOPES, '--timeout', '0.2')

  assert.match(stderr, /register exactly http:/)
  assert.ok(stderr.includes(` on ${slack.url}/apps/A0SANDBOX01/oauth\n`))
})

test('with --json the error of a time-out is one document with the first hint', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const { stderr } = await cli.run(...SCOPES, '--timeout', '0.2', '--json')

  const { error } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')
  assert.equal(error.code, 'timed_out')
  assert.match(error.hint, /register exactly/)
})

test('Ctrl-C says in short what to register', async (t) => {
  const { env, redirectUri } = await slackApp(t)
  const cli = await tempCli(t, env)
  const command = cli.start(...SCOPES)
  await command.waitFor(/Waiting for you/)

  command.child.kill('SIGINT')

  const { code, stderr } = await command.finished
  assert.equal(code, 130)
  const [error, hint, ...more] = stderr.trimEnd().split('\n').slice(-2)
  assert.equal(error, 'error: Interrupted (interrupted)')
  assert.ok(hint?.includes(`register exactly ${redirectUri} on `))
  assert.deepEqual(more, [])
})

test('--qr off a terminal draws nothing', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)
  const command = cli.start(...SCOPES, '--qr')
  await printedUrl(command)
  await command.waitFor(/A QR code is drawn on a terminal alone/)
  await decide(command)
  assert.doesNotMatch((await command.finished).stderr, /█/)
})

describe('on a terminal', { skip: needsScript }, () => {
  for (const [columns, pattern] of [
    [120, /\[97;40m█{50,}/],
    [40, /The QR code takes \d\d columns, and this\s+terminal has 40/],
  ] as const) {
    test(`of ${columns} columns --qr ${columns > 60 ? 'draws' : 'does without'}`, async (t) => {
      const { env } = await slackApp(t)
      const cli = await tempCli(t, env)
      const pty = onPty(t, cli, { columns }, ...SCOPES, '--qr')
      await pty.waitFor(pattern)
      await pty.waitFor(/Waiting for you/)
      pty.type('\u0003')
      assert.equal((await pty.finished).code, 130)
    })
  }
})
