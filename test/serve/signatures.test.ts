import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawRequest } from '../support/raw-http.ts'
import { serving } from '../support/serving.ts'

const event = JSON.stringify({
  type: 'event_callback',
  team_id: 'T0SANDBOX01',
  event_id: 'Ev1',
  event_time: 1,
  event: { type: 'app_uninstalled' },
})

for (const [what, headers, outcome] of [
  ['no signature', { 'x-slack-signature': '' }, 'unsigned'],
  ['a forged one', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }, 'forged'],
  ['a truncated one', { 'x-slack-signature': 'v0=0123' }, 'forged'],
  ['an old one', { 'x-slack-request-timestamp': String(Date.now() / 1000 - 400) }, 'forged'],
  ['an old timestamp', { 'x-slack-request-timestamp': '1531420618' }, 'stale'],
  ['a future timestamp', { 'x-slack-request-timestamp': '9531420618' }, 'stale'],
] as const) {
  test(`a request with ${what} is 401, and nothing is done`, async (t) => {
    const server = await serving(t)
    await server.install()

    const answer = await server.post('/slack/events', event, headers)

    assert.equal(answer.status, 401)
    assert.equal((await server.logged(outcome)).status, 401)
    assert.ok(await server.store.installations.findBot({ teamId: 'T0SANDBOX01' }))
  })
}

test('a body is not looked at before its signature: what is no JSON is 401 as well', async (t) => {
  const server = await serving(t)
  const forged = { 'x-slack-signature': `v0=${'0'.repeat(64)}` }
  assert.equal((await server.post('/slack/events', '{', forged)).status, 401)
  assert.equal((await server.post('/slack/events', '{')).status, 400)
})

test('a body of more than 1 MB is 413, with and without its length told', async (t) => {
  const server = await serving(t)
  const big = Buffer.alloc(10 * 1024 * 1024, ' ')
  assert.equal((await server.post('/slack/events', big)).status, 413)

  const stream = new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < 2; sent++) controller.enqueue(Buffer.alloc(1024 * 1024, ' '))
      controller.close()
    },
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const answer = await fetch(`${server.origin}/slack/events`, {
    method: 'POST',
    body: stream,
    // @ts-expect-error: Node's fetch wants it, its types do not know it
    duplex: 'half',
    headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': 'v0=00' },
  })
  assert.equal(answer.status, 413)
  assert.equal(server.log.filter(({ outcome }) => outcome === 'too_large').length, 2)
})

for (const type of ['text/plain', 'multipart/form-data; boundary=x', '']) {
  test(`a body of the type "${type}" is 415`, async (t) => {
    const server = await serving(t)
    const answer = await server.post('/slack/events', event, { 'content-type': type })
    assert.equal(answer.status, 415)
  })
}

for (const body of ['', '{', '[]', 'null', '"x"', '{"type":1}', '{"type":"event_callback"}']) {
  test(`a signed ${body || 'nothing'} is 400`, async (t) => {
    const server = await serving(t)
    assert.equal((await server.post('/slack/events', body)).status, 400)
  })
}

for (const body of ['', 'a=b', 'payload=%7B', 'payload=null', 'payload=[]']) {
  test(`a signed form of "${body}" is 400`, async (t) => {
    const server = await serving(t)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await server.post('/slack/interactivity', body, form)).status, 400)
  })
}

test('a command or an interaction that comes twice was replayed: 401', async (t) => {
  const server = await serving(t)
  await server.install()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'command=%2Fdo&team_id=T0SANDBOX01&user_id=U1&trigger_id=1.2.3'
  const headers = { ...form, ...server.sign(body) }
  assert.equal((await server.post('/slack/commands', body, headers)).status, 200)
  assert.equal((await server.post('/slack/commands', body, headers)).status, 401)
  assert.equal((await server.logged('replayed')).type, '/do')
})

test('another Host is 421: its name was made to lead here', async (t) => {
  const server = await serving(t)
  for (const [host, status] of [
    ['evil.example', 421],
    ['localhost', 421],
    ['localhost:1', 421],
    [`localhost:${server.serving.port}`, 200],
    [`LOCALHOST:${server.serving.port}`, 200],
    [`127.0.0.1:${server.serving.port}`, 200],
  ] as const) {
    const answer = await rawRequest(server.origin, '/slack/install?here=1', { headers: { host } })
    assert.equal(answer.status, status, host)
  }
})

test('two Hosts are 400, whichever comes first, and also twice the same', async (t) => {
  const server = await serving(t)
  const own = new URL(server.origin).host
  for (const hosts of [
    [own, 'evil.example'],
    ['evil.example', own],
    [own, own],
  ]) {
    const headers = hosts.flatMap((host) => ['Host', host])
    const answer = await rawRequest(server.origin, '/slack/install?here=1', { headers })
    assert.deepEqual([answer.status, answer.body], [400, 'bad_request\n'])
  }
  assert.deepEqual(new Set(server.log.map(({ detail }) => detail)), new Set(['more than one Host']))
})

test('no preflight lets a page in, not even one of Slack’s', async (t) => {
  const { origin, slack } = await serving(t)
  for (const path of ['/slack/events', '/slack/install', '/slack/oauth_redirect']) {
    for (const from of [slack.url, 'https://slack.com', 'https://attacker.example', 'null']) {
      const headers = {
        Origin: from,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Private-Network': 'true',
      }
      const answer = await rawRequest(origin, path, { method: 'OPTIONS', headers })
      assert.equal(answer.status, 405)
      const names = Object.keys(answer.headers)
      assert.deepEqual(
        names.filter((name) => name.startsWith('access-control-')),
        [],
      )
    }
  }
})

test('other paths are 404, other methods 405', async (t) => {
  const { origin } = await serving(t)
  for (const path of ['/', '/slack', '/slack/events/', '/slack/install/', '//slack/events']) {
    assert.equal((await rawRequest(origin, path)).status, 404, path)
  }
  for (const [path, method, allowed] of [
    ['/slack/events', 'GET', 'POST'],
    ['/slack/commands', 'PUT', 'POST'],
    ['/slack/install', 'POST', 'GET, HEAD'],
    ['/slack/install/done', 'DELETE', 'GET, HEAD'],
    ['/slack/oauth_redirect', 'OPTIONS', 'GET'],
    ['/slack/oauth_redirect', 'HEAD', 'GET'],
  ] as const) {
    const answer = await rawRequest(origin, path, { method })
    assert.equal(answer.status, 405, path)
    assert.equal(answer.headers.allow, allowed)
  }
})
