import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { freePort } from '../support/free-port.ts'
import { serving } from '../support/serving.ts'
import { until } from '../support/until.ts'

interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The developer's own app. */
async function ownApp(
  t: TestContext,
  answer: (response: ServerResponse, seen: Seen) => void = (response) => response.end(),
) {
  const requests: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const seen = { path: request.url ?? '', headers: request.headers, body }
    requests.push(seen)
    answer(response, seen)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { url: new URL(`http://127.0.0.1:${address.port}`), requests }
}

const command = { kind: 'command', command: '/hello' } as const
const mention = { kind: 'event', event: { type: 'app_mention' } } as const

test('a verified request goes on as it came, with its signature, and the answer comes back', async (t) => {
  const app = await ownApp(t, (response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'x-own': 'yes' })
    response.end('{"text":"hello"}')
  })
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  const body = '{ "type":"event_callback", "team_id":"T0SANDBOX01","event":{"type":"x"} }'
  const signed = server.sign(body)

  const answer = await server.post('/slack/events?app=1', body, {
    ...signed,
    'x-slack-retry-num': '1',
  })

  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('x-own'), 'yes')
  assert.equal(await answer.text(), '{"text":"hello"}')
  const [seen] = app.requests
  assert.equal(seen?.path, '/slack/events?app=1')
  assert.equal(seen?.body, body)
  for (const [name, value] of Object.entries(signed)) assert.equal(seen?.headers[name], value)
  assert.equal(seen?.headers['x-slack-retry-num'], '1')
  assert.equal(seen?.headers.host, app.url.host)
  assert.equal(server.log[0]?.outcome, 'forwarded')
})

test('a target with a path of its own gets all kinds there', async (t) => {
  const app = await ownApp(t)
  const url = new URL('/all?x=1', app.url)
  const server = await serving(t, { forward: { url } })
  await server.install()
  await server.send(command)
  await server.send(mention)
  assert.deepEqual(
    app.requests.map(({ path }) => path),
    ['/all?x=1', '/all?x=1'],
  )
})

test('the token goes into the header that was named, and nobody else can fill that', async (t) => {
  const app = await ownApp(t)
  const forward = { url: app.url, tokenHeader: 'X-My-Token' }
  const server = await serving(t, { forward })
  await server.install()
  await server.send(command)
  assert.equal(app.requests[0]?.headers['x-my-token'], 'xoxb-the-bot')

  const body = JSON.stringify({
    type: 'event_callback',
    team_id: 'T0SANDBOX01',
    event_time: 1,
    event: { type: 'tokens_revoked', tokens: {} },
  })
  await server.post('/slack/events', body, { 'x-my-token': 'xoxb-not-ours' })
  assert.equal(app.requests[1]?.headers['x-my-token'], undefined)
})

test('a name that an app reads as that header is not let through either', async (t) => {
  const app = await ownApp(t)
  const server = await serving(t, { forward: { url: app.url, tokenHeader: 'X-My-Token' } })
  await server.install()
  const body = '{"type":"event_callback","team_id":"T0SANDBOX01","event":{"type":"x"}}'

  await server.post('/slack/events', body, { ...server.sign(body), x_my_token: 'evil' })

  assert.equal(app.requests[0]?.headers.x_my_token, undefined)
  assert.match(String(app.requests[0]?.headers['x-my-token']), /^xoxb-/)
})

test('without a name for the header no token goes on', async (t) => {
  const app = await ownApp(t)
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  await server.send(command)
  assert.ok(!JSON.stringify(app.requests).includes('xoxb-the-bot'))
})

test('headers of the connection stay behind, on the way there and back', async (t) => {
  const app = await ownApp(t, (response) => {
    response.setHeader('connection', 'x-hop, keep-alive')
    response.setHeader('x-hop', '1')
    response.setHeader('proxy-authenticate', 'Basic')
    response.end('ok')
  })
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  const body = JSON.stringify({
    type: 'event_callback',
    team_id: 'T0SANDBOX01',
    event: { type: 'x' },
  })
  const answer = await server.post('/slack/events', body, {
    te: 'trailers',
    'proxy-authorization': 'x',
  })
  assert.equal(answer.headers.get('x-hop'), null)
  assert.equal(answer.headers.get('proxy-authenticate'), null)
  assert.equal(app.requests[0]?.headers.te, undefined)
  assert.equal(app.requests[0]?.headers['proxy-authorization'], undefined)
})

test('what is not installed, forged or a duplicate is not forwarded', async (t) => {
  const app = await ownApp(t)
  const server = await serving(t, { forward: { url: app.url } })
  await server.send(command)
  await server.post('/slack/events', '{}', { 'x-slack-signature': 'v0=0' })
  assert.equal(app.requests.length, 0)

  await server.install()
  const envelope = { event_id: 'Ev1' }
  await server.send({ ...mention, envelope })
  await server.send({ ...mention, envelope })
  assert.equal(app.requests.length, 1)
})

test('an app that is down is 502 and a line that names it, and the event is taken at the next try', async (t) => {
  const url = new URL(`http://127.0.0.1:${await freePort()}`)
  const server = await serving(t, { forward: { url } })
  await server.install()
  const envelope = { event_id: 'Ev1' }
  for (let delivery = 0; delivery < 2; delivery++) {
    assert.equal((await server.send({ ...mention, envelope })).status, 502)
  }
  assert.deepEqual(
    server.log.map(({ outcome, detail }) => [outcome, detail]),
    [0, 1].map(() => ['forward_failed', `${url.origin}: ECONNREFUSED`]),
  )
})

test('an error of the app goes back to Slack as it is, and the event is taken at the next try', async (t) => {
  const app = await ownApp(t, (response) => response.writeHead(500).end('broken'))
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  const envelope = { event_id: 'Ev1' }
  for (let delivery = 0; delivery < 2; delivery++) {
    assert.equal((await server.send({ ...mention, envelope })).status, 500)
  }
  assert.equal(app.requests.length, 2)
})

test('an app that hangs up is 502', async (t) => {
  const app = await ownApp(t, (response) => response.destroy())
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  assert.equal((await server.send(command)).status, 502)
})

test('a slow app does not keep Slack waiting, and its work is not cut off', async (t) => {
  let finished = 0
  const app = await ownApp(t, (response) => {
    setTimeout(() => response.end('late', () => finished++), 3_200)
  })
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()

  const [event, slash] = await Promise.all([server.send(mention), server.send(command)])

  assert.equal(event.status, 200)
  assert.equal(event.body, '')
  assert.equal(slash.status, 200)
  assert.match(slash.body, /"ephemeral".*longer than Slack waits/)
  for (const { seconds } of [event, slash]) assert.ok(seconds < 3)
  await until(() => server.log.length >= 4)
  assert.equal(server.log.filter(({ outcome }) => outcome === 'forwarded').length, 2)
  assert.equal(finished, 2)
  assert.equal(server.log.filter(({ outcome }) => outcome === 'late').length, 2)
})

test('an answer of more than 1 MB does not go back', async (t) => {
  const app = await ownApp(t, (response) => response.end(Buffer.alloc(2 * 1024 * 1024)))
  const server = await serving(t, { forward: { url: app.url } })
  await server.install()
  assert.equal((await server.send(command)).status, 502)
})

test('where the token cannot be had, an app that is handed it gets no request', async (t) => {
  const app = await ownApp(t)
  const expired = {
    bot: { token: 'xoxe.xoxb-1-old', expiresAt: 1, userId: 'U9', scopes: [] },
  }
  const withToken = await serving(t, { forward: { url: app.url, tokenHeader: 'x-token' } })
  await withToken.install(expired)
  assert.equal((await withToken.send(mention)).status, 503)
  assert.match((await withToken.send(command)).body, /try again in a minute/)
  assert.equal(app.requests.length, 0)

  // One that looks it up itself has to find out itself
  const without = await serving(t, { forward: { url: app.url } })
  await without.install(expired)
  assert.equal((await without.send(mention)).status, 200)
  assert.equal(app.requests.length, 1)
})
