import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { look } from '../support/person.ts'
import { rawRequest } from '../support/raw-http.ts'
import { until } from '../support/until.ts'
import { type WaitingInstall, waitingInstall } from '../support/waiting-install.ts'

/** The wait went on, and nothing about it changed: the true answer still ends it well. */
async function stillEndsWell(waiting: WaitingInstall): Promise<void> {
  const page = await look((await waiting.redirect()).href)
  assert.equal(page.status, 200)
  const { code, stderr } = await waiting.command.finished
  assert.equal(code, 0, stderr)
}

async function isTurnedAway(waiting: WaitingInstall, url: URL): Promise<void> {
  const page = await look(url.href)
  assert.equal(page.status, 400)
  assert.match(page.html, /This is not the answer we are waiting for/)
  await stillEndsWell(waiting)
}

test('a callback with a wrong state is turned away and the wait goes on', async (t: TestContext) => {
  const waiting = await waitingInstall(t)
  const state = `${waiting.state.startsWith('A') ? 'B' : 'A'}${waiting.state.slice(1)}`
  await isTurnedAway(waiting, waiting.stray({ code: '1.2.abc', state }))
})

test('a callback without a state is turned away and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  await isTurnedAway(waiting, waiting.stray({ code: '1.2.abc' }))
})

test('a callback with an empty state is turned away and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  await isTurnedAway(waiting, waiting.stray({ code: '1.2.abc', state: '' }))
})

test('a callback that repeats its state is turned away and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  const { state } = waiting
  await isTurnedAway(
    waiting,
    waiting.stray([
      ['code', '1.2.abc'],
      ['state', state],
      ['state', state],
    ]),
  )
})

test('a callback that repeats its code is turned away and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  const { state } = waiting
  await isTurnedAway(
    waiting,
    waiting.stray([
      ['code', '1.2.abc'],
      ['code', '1.2.def'],
      ['state', state],
    ]),
  )
})

test('an error without our state is ignored and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  await isTurnedAway(waiting, waiting.stray({ error: 'access_denied' }))
})

test('an error with a wrong state is ignored and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  await isTurnedAway(waiting, waiting.stray({ error: 'access_denied', state: 'x'.repeat(43) }))
})

test('an error with our state ends the wait with what Slack said', async (t) => {
  const waiting = await waitingInstall(t)
  const { state } = waiting
  const page = await look(waiting.stray({ error: 'invalid_scope', state }).href)
  const { code, stderr, stdout } = await waiting.command.finished
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /Slack answered "invalid_scope"/)
  assert.match(page.html, /Slack answered &quot;invalid_scope&quot;/)
})

test('an error of the redirect cannot write to the terminal or the page', async (t) => {
  const waiting = await waitingInstall(t)
  const { state } = waiting
  const error = '\u001b[31m<script>alert(1)</script>'
  const page = await look(waiting.stray({ error, state }).href)
  const { stderr } = await waiting.command.finished
  assert.doesNotMatch(page.html, /<script/)
  assert.ok(!stderr.includes('\u001b'))
})

test('a redirect with our state and no code ends the wait', async (t) => {
  const waiting = await waitingInstall(t)
  await look(waiting.stray({ state: waiting.state }).href)
  const { code, stderr } = await waiting.command.finished
  assert.equal(code, 4)
  assert.match(stderr, /Slack sent the browser back without a code \(authorization_failed\)/)
})

test('two callbacks at once make one exchange', async (t) => {
  const waiting = await waitingInstall(t, {
    faults: [{ method: 'oauth.v2.access', kind: 'delay', seconds: 0.3 }],
  })
  const redirect = await waiting.redirect()
  const pages = await Promise.all([1, 2, 3].map(() => look(redirect.href)))
  const { code } = await waiting.command.finished
  assert.equal(code, 0)
  // Back, reload, or the slower of two: each is shown how the first went
  assert.deepEqual(
    pages.map(({ status }) => status),
    [200, 200, 200],
  )
  for (const { html } of pages) assert.match(html, /Installed/)
  assert.equal(waiting.slack.calls('oauth.v2.access').length, 1)
})

test('a callback replayed after the end meets a closed port', async (t) => {
  const waiting = await waitingInstall(t)
  const redirect = await waiting.redirect()
  await look(redirect.href)
  await waiting.command.finished
  await assert.rejects(look(redirect.href), { name: 'TypeError', message: 'fetch failed' })
})

test('a state of an earlier install is worth nothing to a later one', async (t) => {
  const waiting = await waitingInstall(t)
  const earlier = await waiting.redirect()
  waiting.command.child.kill('SIGINT')
  await waiting.command.finished
  const command = waiting.cli.start('install', '--scopes', 'chat:write')
  await command.waitFor(/Waiting for you/)
  assert.equal((await look(earlier.href)).status, 400)
})

for (const host of [
  'attacker.example',
  'localhost',
  'localhost:1',
  'localhost.attacker.example:PORT',
]) {
  test(`a request with the Host ${JSON.stringify(host)} is refused`, async (t) => {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    const answer = await rawRequest(redirect.origin, `${redirect.pathname}${redirect.search}`, {
      headers: { Host: host.replace('PORT', redirect.port) },
    })
    assert.equal(answer.status, 421)
    assert.equal((await look(redirect.href)).status, 200)
    assert.equal((await waiting.command.finished).code, 0)
  })
}

for (const first of [true, false]) {
  test(`a request with two Hosts, ours ${first ? 'before' : 'after'} another, is 400`, async (t) => {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    const hosts = [redirect.host, 'attacker.example']
    const answer = await rawRequest(redirect.origin, `${redirect.pathname}${redirect.search}`, {
      headers: (first ? hosts : hosts.reverse()).flatMap((host) => ['Host', host]),
    })
    assert.equal(answer.status, 400)
    assert.match(answer.body, /Not this address/)
    assert.equal((await look(redirect.href)).status, 200)
    assert.equal((await waiting.command.finished).code, 0)
  })
}

for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
  test(`${method} is not the callback`, async (t) => {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    const answer = await rawRequest(redirect.origin, `${redirect.pathname}${redirect.search}`, {
      method,
    })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'GET')
    assert.equal((await look(redirect.href)).status, 200)
    assert.equal((await waiting.command.finished).code, 0)
  })
}

test("a preflight is answered for Slack's origin only", async (t) => {
  const waiting = await waitingInstall(t)
  const redirect = await waiting.redirect()
  const target = `${redirect.pathname}${redirect.search}`
  const preflight = (origin: string) =>
    rawRequest(redirect.origin, target, { method: 'OPTIONS', headers: { Origin: origin } })

  const allowed = await preflight(waiting.slack.url)
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers['access-control-allow-origin'], waiting.slack.url)
  const refused = await preflight('https://attacker.example')
  assert.equal(refused.status, 405)
  assert.equal(refused.headers['access-control-allow-origin'], undefined)
  await look(redirect.href)
  assert.equal((await waiting.command.finished).code, 0)
})

for (const path of [
  '/',
  '/favicon.ico',
  '/slack/oauth_redirect/',
  '/slack/OAUTH_REDIRECT',
  '//slack/oauth_redirect',
  '/start/x',
  '/done/x',
]) {
  test(`${path} is not the callback`, async (t) => {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    const answer = await rawRequest(redirect.origin, `${path}${redirect.search}`)
    assert.equal(answer.status, 404)
    assert.equal((await look(redirect.href)).status, 200)
    assert.equal((await waiting.command.finished).code, 0)
  })
}

test('a query of one megabyte is refused and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  const { origin, pathname } = new URL(waiting.redirectUri)
  const answer = await rawRequest(origin, `${pathname}?code=${'x'.repeat(1 << 20)}`).catch(
    (error: NodeJS.ErrnoException) => error.code,
  )
  assert.ok(answer === 'ECONNRESET' || answer === 'EPIPE' || typeof answer === 'object')
  if (typeof answer === 'object') assert.equal(answer.status, 431)
  await stillEndsWell(waiting)
})

test('a thousand stray requests during the wait change nothing', async (t) => {
  const waiting = await waitingInstall(t)
  const { origin, pathname } = new URL(waiting.redirectUri)
  for (let batch = 0; batch < 20; batch++) {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        rawRequest(origin, index % 2 ? `${pathname}?state=${index}&error=x` : `/${index}`),
      ),
    )
  }
  await stillEndsWell(waiting)
})

test('connections on which no request comes do not hold the end up', async (t) => {
  const waiting = await waitingInstall(t)
  const { port } = new URL(waiting.redirectUri)
  const idle = [1, 2, 3].map(() => connect(Number(port), '127.0.0.1').on('error', () => {}))
  await Promise.all(idle.map((socket) => once(socket, 'connect')))
  const started = performance.now()
  await stillEndsWell(waiting)
  assert.ok(performance.now() - started < 3_000)
})

test('a client that dribbles its request is cut off and the wait goes on', async (t) => {
  const waiting = await waitingInstall(t)
  const { port } = new URL(waiting.redirectUri)
  const slow = connect(Number(port), '127.0.0.1').on('error', () => {})
  slow.write('GET /slack/oauth_redirect HTTP/1.1\r\nHost: localhost\r\n')
  const dribble = setInterval(() => slow.write('X-Slow: 1\r\n'), 200)
  slow.resume()
  await once(slow, 'close')
  clearInterval(dribble)
  await stillEndsWell(waiting)
})

test('the callback is received on 127.0.0.1 and on ::1', async (t) => {
  for (const host of ['127.0.0.1', '[::1]']) {
    const waiting = await waitingInstall(t)
    const redirect = await waiting.redirect()
    const { port } = redirect
    const answer = await rawRequest(
      `http://${host}:${port}`,
      `${redirect.pathname}${redirect.search}`,
      { headers: { Host: `${host}:${port}` } },
    )
    assert.equal(answer.status, 303)
    assert.equal((await waiting.command.finished).code, 0)
  }
})

test('the short start URL leads to the authorize URL once', async (t) => {
  const { startedAt, waiting } = await startedBrowser(t)
  assert.match(startedAt, /^http:\/\/localhost:\d+\/start\/[\w-]{22}$/)
  const first = await rawRequest(new URL(startedAt).origin, new URL(startedAt).pathname)
  assert.equal(first.status, 302)
  assert.match(String(first.headers.location), /\/oauth\/v2\/authorize\?/)
  const second = await rawRequest(new URL(startedAt).origin, new URL(startedAt).pathname)
  assert.equal(second.status, 410)
  waiting.child.kill('SIGINT')
  await waiting.finished
})

/** An install whose browser is a script that writes down what it was started with. */
async function startedBrowser(t: TestContext) {
  const { slackApp } = await import('../support/slack-app.ts')
  const { tempCli } = await import('../support/temp-cli.ts')
  const { readFile, writeFile } = await import('node:fs/promises')
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const browser = `${cli.home}/browser`
  await writeFile(
    browser,
    `#!/bin/sh\necho "$@" > ${cli.home}/argv\nenv > ${cli.home}/env\nmv ${cli.home}/argv ${cli.home}/opened\n`,
    { mode: 0o755 },
  )
  const waiting = cli.with({ BROWSER: browser }).start('install', '--scopes', 'chat:write')
  const opened = await until(() => readFile(`${cli.home}/opened`, 'utf8').catch(() => ''))
  const environment = await readFile(`${cli.home}/env`, 'utf8')
  return { startedAt: opened.trim(), waiting, environment }
}

test('the browser is started without the state and without the client secret', async (t) => {
  const { startedAt, waiting, environment } = await startedBrowser(t)
  assert.doesNotMatch(startedAt, /state/)
  assert.doesNotMatch(environment, /SLACK_CLIENT_SECRET/)
  waiting.child.kill('SIGINT')
  await waiting.finished
})

test('another user of this machine cannot open the start URL, and it stays good for its owner', {
  skip: process.platform === 'linux' && process.getuid?.() === 0 ? false : 'it takes root on Linux',
}, async (t) => {
  const { startedAt, waiting } = await startedBrowser(t)
  const ask = `fetch(${JSON.stringify(startedAt)},{redirect:'manual'}).then(r=>console.log(r.status,r.headers.get('location')))`
  const asked = spawn(process.execPath, ['-e', ask], { uid: 65534, gid: 65534, cwd: '/', env: {} })
  let said = ''
  asked.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(asked, 'close')
  assert.equal(said, '403 null\n')
  await waiting.waitFor(/warning: Another user of this machine tried to take part/)
  const owner = await rawRequest(new URL(startedAt).origin, new URL(startedAt).pathname)
  assert.equal(owner.status, 302)
  waiting.child.kill('SIGINT')
  await waiting.finished
})

test('a second use of the start URL is told on the terminal', async (t) => {
  const { startedAt, waiting } = await startedBrowser(t)
  const { origin, pathname } = new URL(startedAt)
  await rawRequest(origin, pathname)
  await rawRequest(origin, pathname)
  await waiting.waitFor(
    /warning: The link that your browser was opened with was used a second time/,
  )
  waiting.child.kill('SIGINT')
  await waiting.finished
})
