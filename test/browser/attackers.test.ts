import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import { serving } from '../support/serving.ts'
import { waitingInstall } from '../support/waiting-install.ts'
import { browserForTests, skip } from './chromium.ts'

// A page of another origin, in the browser of the person who installs, does all that a page can do to
// the callback server. None of it ends the wait, reads an answer or shows ours in a frame.

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']
const GUESSES = 300

/** What the page does, in the browser; `target` is the redirect URI. */
const ATTACK = `async (target) => {
  const found = { read: [], loaded: 0, sent: 0 }
  const attempts = []
  const tryFetch = (url, init) => {
    found.sent++
    attempts.push(fetch(url, init).then(async (answer) => {
      if (answer.type !== 'opaque' && answer.type !== 'opaqueredirect') {
        found.read.push((init.method ?? 'GET') + ' ' + answer.status + ' ' + (await answer.text()).slice(0, 80))
      }
    }).catch(() => {}))
  }
  const forged = ['', '?error=access_denied', '?error=access_denied&state=x', '?code=x&state=x',
    '?code=x&code=y&state=x', '?state=', '?code=x&state=' + 'A'.repeat(43)]
  for (const method of ${JSON.stringify(METHODS)}) {
    for (const query of forged) {
      for (const mode of ['cors', 'no-cors']) tryFetch(target + query, { method, mode, credentials: 'include' })
    }
    tryFetch(target, { method, headers: { 'X-Forwarded-Host': 'localhost', 'Content-Type': 'application/json' } })
  }
  // A guess at the state, and then another, as fast as it goes
  for (let each = 0; each < ${GUESSES}; each++) {
    const state = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))).slice(0, 43)
      .replaceAll('+', '-').replaceAll('/', '_')
    tryFetch(target + '?error=access_denied&state=' + state, { mode: 'no-cors' })
  }
  for (const tag of ['iframe', 'img', 'script', 'object', 'embed']) {
    const element = document.createElement(tag)
    element[tag === 'object' ? 'data' : 'src'] = target + '?error=access_denied&state=' + tag
    element.onload = () => { if (tag === 'img' || tag === 'script') found.loaded++ }
    document.body.append(element)
  }
  const form = document.createElement('form')
  Object.assign(form, { method: 'post', action: target + '?code=x&state=x', target: 'hidden' })
  const hidden = Object.assign(document.createElement('iframe'), { name: 'hidden' })
  document.body.append(hidden, form)
  form.submit()
  navigator.sendBeacon(target + '?error=access_denied&state=x', 'x')
  new EventSource(target).close()
  await new Promise((resolve) => {
    const socket = new WebSocket(target.replace('http', 'ws'))
    socket.onopen = () => { found.read.push('websocket'); resolve() }
    socket.onerror = resolve
  })
  await Promise.all(attempts)
  return found
}`

interface Found {
  readonly read: readonly string[]
  readonly loaded: number
  readonly sent: number
}

describe('a page of another origin', { skip }, () => {
  const visit = browserForTests()

  async function attack(t: TestContext, target: string, name = '127.0.0.1'): Promise<Found> {
    const attacker = createServer((_, response) =>
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><body></body>'),
    )
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve))
    t.after(() => attacker.close())
    const address = attacker.address()
    assert.ok(address !== null && typeof address === 'object')
    const { page } = await visit()
    await page.goto(`http://${name}:${address.port}/`)
    const found: Found = await page.evaluate(`(${ATTACK})(${JSON.stringify(target)})`)
    const frames = page.frames().slice(1)
    assert.ok(frames.length >= 2)
    for (const frame of frames) {
      assert.doesNotMatch(await frame.content().catch(() => ''), /slack-oauth/, 'it is in a frame')
    }
    return found
  }

  test('reads nothing, frames nothing and ends nothing of install, which completes', async (t) => {
    const { command, redirectUri, authorizeUrl } = await waitingInstall(t)
    const attacking = attack(t, redirectUri)
    const { page } = await visit()
    await page.goto(authorizeUrl)
    const found = await attacking
    assert.deepEqual(found.read, [])
    assert.equal(found.loaded, 0)
    assert.ok(found.sent > GUESSES + METHODS.length * 14, `${found.sent} requests`)
    assert.equal(command.child.exitCode, null)

    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    assert.equal((await command.finished).code, 0)
    t.diagnostic(`${found.sent} requests of the attacker, 0 with an effect`)
  })

  test('reads nothing, frames nothing and installs nothing of serve, which goes on', async (t) => {
    const server = await serving(t)
    const found = await attack(t, server.redirectUri)
    assert.deepEqual(found.read, [])
    assert.equal(found.loaded, 0)
    const events = await attack(t, `${server.origin}/slack/events`)
    assert.deepEqual(events.read, [])
    const done = new Set(server.log.map(({ outcome }) => outcome))
    for (const outcome of ['installed', 'ok', 'forwarded', 'challenge', 'bug'] as const) {
      assert.ok(!done.has(outcome), outcome)
    }

    const { page } = await visit()
    await page.goto(`${server.origin}/slack/install`)
    await page
      .getByRole('link', { name: 'Add to Slack' })
      .or(page.getByRole('link'))
      .first()
      .click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Installed' }).waitFor()
    await server.logged('installed')
    t.diagnostic(`${found.sent + events.sent} requests of the attacker, 0 with an effect`)
  })

  test('by a name that was rebound to this machine is told that this is not its address', async (t) => {
    const { command, redirectUri, redirect } = await waitingInstall(t)
    const { port, pathname } = new URL(redirectUri)
    // Chromium takes every name below localhost for this machine, as a rebound one would be
    const { page } = await visit()
    const answer = await page.goto(
      `http://attacker.localhost:${port}${pathname}?error=access_denied&state=x`,
    )
    assert.equal(answer?.status(), 421)
    const read: unknown = await page.evaluate(
      `Promise.all(${JSON.stringify(METHODS.slice(2))}.map((method) =>
        fetch(location.pathname, { method }).then(({ status }) => status, () => 421)))`,
    )
    assert.deepEqual(
      read,
      METHODS.slice(2).map(() => 421),
    )
    await page.goto((await redirect()).href)
    assert.equal((await command.finished).code, 0)
  })

  test('is let into the private network by no preflight of its own', async (t) => {
    const { redirectUri, command, redirect } = await waitingInstall(t)
    const preflight = (origin: string) =>
      fetch(redirectUri, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Private-Network': 'true',
        },
      })
    for (const origin of [
      'https://attacker.example',
      'null',
      'http://127.0.0.1:1',
      'https://slack.com.attacker.example',
    ]) {
      const { status, headers } = await preflight(origin)
      assert.equal(status, 405, origin)
      for (const [name] of headers) assert.doesNotMatch(name, /^access-control-/, origin)
    }
    await fetch(await redirect())
    assert.equal((await command.finished).code, 0)
  })
})
