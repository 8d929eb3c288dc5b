import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import { consent, look } from '../support/person.ts'
import { type OnPty, onPty } from '../support/pty.ts'
import { slackApp } from '../support/slack-app.ts'
import { BIN, type TempCli, tempCli } from '../support/temp-cli.ts'
import { needsScript } from '../support/terminal.ts'

interface AtTerminal extends OnPty {
  readonly cli: TempCli
  readonly redirectUri: string
  readonly authorizeUrl: string
  readonly state: string
  /** The address that a person's consent leads to. */
  redirect(): Promise<string>
}

const PROMPT = /paste the address that it ends on and press Enter/

async function installAtTerminal(
  t: TestContext,
  { args = [], ...options }: { args?: string[]; columns?: number; background?: boolean } = {},
): Promise<AtTerminal> {
  const { env, redirectUri } = await slackApp(t)
  const cli = await tempCli(t, env)
  const pty = onPty(t, cli, options, 'install', '--scopes', 'chat:write', ...args)
  const [authorizeUrl] = await pty.waitFor(/http:\/\/\S+\/oauth\/v2\/authorize\?\S+(?=\r)/)
  if (!options.background) await pty.waitFor(PROMPT)
  await pty.waitFor(/Waiting for you/)
  return {
    ...pty,
    cli,
    redirectUri,
    authorizeUrl,
    state: new URL(authorizeUrl).searchParams.get('state') ?? '',
    redirect: () => consent(authorizeUrl),
  }
}

/** As it was: lines, an echo, and signals. */
function assertRestored({ settings }: { settings: string }): void {
  for (const mode of ['icanon', 'echo', 'isig', 'icrnl']) {
    assert.match(settings, new RegExp(`(^|\\s)${mode}\\b`), settings)
  }
}

describe('on a terminal', { skip: needsScript }, () => {
  test('a pasted address ends the install, and its code is never shown', async (t) => {
    const at = await installAtTerminal(t)
    const redirect = await at.redirect()

    at.type(`${redirect}\r`)

    const end = await at.finished
    assert.equal(end.code, 0, end.shown)
    assert.match(end.shown, /Installed in/)
    assert.ok(!end.shown.includes(new URL(redirect).searchParams.get('code') ?? '?'))
    assertRestored(end)
  })

  test('the server wins when it hears first, and the terminal is as before', async (t) => {
    const at = await installAtTerminal(t)

    at.type('http://localhost/half an addr')
    await look(await at.redirect())

    const end = await at.finished
    assert.equal(end.code, 0, end.shown)
    assert.doesNotMatch(end.shown, /half an addr/)
    assertRestored(end)
  })

  test('a wrong paste is answered, and the right one then ends the install', async (t) => {
    const at = await installAtTerminal(t)
    const redirect = await at.redirect()
    const { code } = Object.fromEntries(new URL(redirect).searchParams)

    at.type(`${code}\r`)
    await at.waitFor(/That has no state, .*paste the whole address/)
    at.type(`${at.redirectUri}?code=${code}\r`)
    await at.waitFor(/not the answer we are waiting for: it carries no state/)
    at.type(`${at.redirectUri}?code=${code}&state=${at.state.replace(/^./, '!')}\r`)
    await at.waitFor(/its state is not the one of this request/)
    at.type(`${redirect}\r`)

    const end = await at.finished
    assert.equal(end.code, 0, end.shown)
    assert.ok(!end.shown.includes(code ?? '?'))
  })

  test('a cancel that is pasted is a cancel', async (t) => {
    const at = await installAtTerminal(t)

    at.type(`${at.redirectUri}?error=access_denied&state=${at.state}\r`)

    const end = await at.finished
    assert.equal(end.code, 4)
    assert.match(end.shown, /\(access_denied\)/)
    assertRestored(end)
  })

  test('Ctrl-C ends it with exit 130, the terminal as before', async (t) => {
    const at = await installAtTerminal(t)

    at.type('http://half\u0003')

    const end = await at.finished
    assert.equal(end.code, 130, end.shown)
    assertRestored(end)
  })

  test('SIGTERM ends it with exit 143, the terminal as before', async (t) => {
    const at = await installAtTerminal(t)

    const shell = await onlyChildOf(Number(at.child.pid))
    process.kill(await onlyChildOf(shell), 'SIGTERM')

    const end = await at.finished
    assert.equal(end.code, 143, end.shown)
    assertRestored(end)
  })

  test('the time-out leaves the terminal as before', async (t) => {
    const { env } = await slackApp(t)
    const cli = await tempCli(t, env)
    const end = await onPty(t, cli, {}, 'install', '--scopes', 'chat:write', '--timeout', '0.2')
      .finished
    assert.equal(end.code, 4, end.shown)
    assertRestored(end)
  })

  test('a paste of more than 4096 characters arrives whole', async (t) => {
    const at = await installAtTerminal(t)

    at.type(`${await at.redirect()}&padding=${'x'.repeat(6_000)}\r`)

    assert.equal((await at.finished).code, 0)
  })

  test('a bracketed paste, quotes, blanks and corrections are understood', async (t) => {
    const at = await installAtTerminal(t)

    at.type('nonsense\u0015')
    at.type(`x\u007f\u001b[200~  <${await at.redirect()}> \u001b[201~\r`)

    assert.equal((await at.finished).code, 0)
  })

  test('in the background of a shell nothing is read, and nothing stops', async (t) => {
    const at = await installAtTerminal(t, { background: true })
    assert.doesNotMatch(at.shown(), PROMPT)

    await look(await at.redirect())

    assert.equal((await at.finished).code, 0)
  })

  test("--paste works while the port is another program's", async (t) => {
    const { env, redirectUri } = await slackApp(t)
    const other = createServer()
    await once(other.listen(Number(new URL(redirectUri).port), '127.0.0.1'), 'listening')
    t.after(() => other.close())
    const cli = await tempCli(t, env)
    const pty = onPty(t, cli, {}, 'install', '--scopes', 'chat:write', '--paste')
    const [url] = await pty.waitFor(/http:\/\/\S+\/oauth\/v2\/authorize\?\S+(?=\r)/)
    await pty.waitFor(/Waiting for you/)

    pty.type(`${await consent(url)}\r`)

    const end = await pty.finished
    assert.equal(end.code, 0, end.shown)
    assertRestored(end)
  })
})

async function onlyChildOf(pid: number): Promise<number> {
  return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}

test('--paste without a terminal takes the address from standard input', async (t) => {
  const { env, slack } = await slackApp(t)
  const cli = await tempCli(t, env)
  const child = spawn(process.execPath, [BIN, 'install', '--scopes', 'chat:write', '--paste'], {
    env: cli.env,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  const url = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [found] = /^http:\S+authorize\?\S+$/m.exec(said) ?? []
      if (found && /Waiting for you/.test(said)) resolve(found)
    })
  })

  child.stdin.end(await consent(await url))

  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 0, said)
  assert.equal(slack.calls('oauth.v2.access').length, 1)
})

test('--paste without a terminal and without input ends, with exit 4', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const { code, stdout, stderr } = await cli.run('install', '--scopes', 'chat:write', '--paste')

  assert.equal(code, 4)
  assert.equal(stdout, '')
  assert.match(stderr, /Standard input ended before .+ \(authorization_failed\)/)
})

test('without a terminal and without --paste, standard input is left alone', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const { stderr } = await cli.run('install', '--scopes', 'chat:write', '--timeout', '0.2')

  assert.match(stderr, /\(timed_out\)/)
  assert.doesNotMatch(stderr, /press Enter|to standard input/)
})
