import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { SignatureVerifier } from '../../src/slack/signature-verifier.ts'
import { openConsentForm } from '../support/person.ts'
import { call, install, start } from './client.ts'

interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An app that answers each request by the words of its path. */
async function startApp(t: TestContext, delayMilliseconds = 0) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { url: path = '', headers } = request
    seen.push({ path, headers, body: Buffer.concat(chunks).toString() })
    await sleep(delayMilliseconds)
    response.writeHead(201, { 'x-app': 'mine' }).end(`heard ${path}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const at = (path: string) => `http://127.0.0.1:${port}${path}`
  const requestUrls = { events: at('/e'), commands: at('/c'), interactivity: at('/i') }
  return { seen, requestUrls }
}

const verifier = new SignatureVerifier({ signingSecret: 'sandbox-signing-secret' })

test('each kind of request goes to its URL, signed, and the answer is told', async (t) => {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })

  const sent = await slack.send({ kind: 'event', event: { type: 'app_mention' } })
  await slack.send({ kind: 'command', command: '/hello', text: 'a & b' })
  await slack.send({ kind: 'interactivity', payload: { type: 'block_actions' } })
  await slack.send({ kind: 'url_verification' })
  await slack.send({ kind: 'ssl_check' })

  assert.deepEqual([sent.status, sent.headers['x-app'], sent.body], [201, 'mine', 'heard /e'])
  assert.deepEqual(
    seen.map(({ path }) => path),
    ['/e', '/c', '/i', '/e', '/c'],
  )
  for (const { body, headers } of seen) assert.ok(verifier.isValidRequest(body, headers))
  const [event, command, interaction, verification] = seen.map(({ body }) => body)
  assert.equal(JSON.parse(event ?? '').event.type, 'app_mention')
  assert.equal(new URLSearchParams(command).get('text'), 'a & b')
  const payload = JSON.parse(new URLSearchParams(interaction).get('payload') ?? '')
  assert.deepEqual([payload.type, payload.team.id], ['block_actions', 'T0SANDBOX01'])
  assert.match(payload.response_url, new RegExp(`^${slack.url}/commands/`))
  assert.match(JSON.parse(verification ?? '').challenge, /./)
})

test('the scene is the one asked for, and fields given win', async (t) => {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })
  const event = { type: 'message' }
  await slack.send(
    { kind: 'event', event, envelope: { event_id: 'Ev1' } },
    {
      team: 'T0SANDBOX02',
      user: 'W0DAVE00001',
      isOrgWide: true,
      retry: { number: 2, reason: 'http_timeout' },
    },
  )
  const body = JSON.parse(seen[0]?.body ?? '')
  assert.equal(body.event_id, 'Ev1')
  assert.deepEqual(body.authorizations, [
    {
      enterprise_id: 'E0SANDBOX01',
      team_id: null,
      user_id: 'W0DAVE00001',
      is_bot: true,
      is_enterprise_install: true,
    },
  ])
  assert.equal(seen[0]?.headers['x-slack-retry-num'], '2')
  assert.equal(seen[0]?.headers['x-slack-retry-reason'], 'http_timeout')
})

test('what cannot be sent is refused in a word', async (t) => {
  const slack = await start(t)
  const event = { kind: 'event', event: {} } as const
  await assert.rejects(slack.send(event), /no_request_url/)
  const url = 'http://127.0.0.1:1/'
  await assert.rejects(slack.send(event, { url }), /connection_failed/)
  await assert.rejects(slack.send(event, { url, team: 'T0NONE' }), /team_not_found/)
  await assert.rejects(slack.send(event, { url, user: 'U0NONE' }), /user_not_found/)
  await assert.rejects(slack.send(event, { url, clientId: '0' }), /invalid_client_id/)
  await assert.rejects(slack.send(event, { url, isOrgWide: true }), /not_an_enterprise/)
})

test('an app that takes longer than three seconds is not waited for', async (t) => {
  const { requestUrls } = await startApp(t, 4_000)
  const slack = await start(t, { apps: [{ requestUrls }] })
  await assert.rejects(slack.send({ kind: 'url_verification' }), /http_timeout/)
})

test('another process sends by /sandbox/send, to the request URLs and nowhere else', async (t) => {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })
  const send = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams(fields)
    return fetch(`${slack.url}/sandbox/send`, { method: 'POST', body, headers })
  }

  const command = { kind: 'command', command: '/hello', url: 'http://127.0.0.1:1/' }
  const sent = await (await send(command)).json()
  assert.deepEqual([sent.ok, sent.status, sent.body], [true, 201, 'heard /c'])
  assert.equal(seen.length, 1)

  for (const [fields, error] of [
    [{}, 'invalid_kind'],
    [{ kind: 'event' }, 'invalid_json'],
    [{ kind: 'event', event: '[]' }, 'invalid_json'],
    [{ kind: 'command', command: 'hello' }, 'invalid_command'],
  ] as const) {
    assert.deepEqual(await (await send(fields)).json(), { ok: false, error })
  }

  assert.equal((await send(command, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await send(command, { origin: 'null' })).status, 403)
  assert.equal((await send(command, { origin: slack.url })).status, 200)
  assert.equal(seen.length, 2)
})

test('the page sends what its form says, and shows the answer', async (t) => {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })
  const form = await openConsentForm(`${slack.url}/sandbox/send`)
  const answer = await form.submit({
    kind: 'event',
    event: '{"type":"<b>"}',
    member: 'T0SANDBOX01/U0BOB000001',
  })
  const html = await answer.text()
  assert.match(html, /The app answered 201/)
  assert.match(html, /heard \/e/)
  assert.doesNotMatch(html, /<b>/)
  assert.equal(JSON.parse(seen[0]?.body ?? '').authorizations[0].user_id, 'U0BOB000001')
})

const modal = { type: 'modal', title: { type: 'plain_text', text: 'Hello' }, blocks: [] }

async function triggered(
  t: TestContext,
): Promise<{ slack: Sandbox; token: string; trigger: string }> {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })
  const { access_token: token } = await install(slack)
  await slack.send({ kind: 'command', command: '/open-modal' })
  const trigger = new URLSearchParams(seen[0]?.body).get('trigger_id') ?? ''
  return { slack, token, trigger }
}

test('views.open opens one modal for a trigger, by a form and by JSON', async (t) => {
  const { slack, token, trigger } = await triggered(t)
  const response = await fetch(`${slack.url}/api/views.open`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ trigger_id: trigger, view: modal }),
  })
  const { ok, view } = await response.json()
  assert.equal(ok, true)
  assert.match(view.id, /^V/)
  assert.equal(slack.views().length, 1)

  const again = { token, trigger_id: trigger, view: JSON.stringify(modal) }
  assert.equal((await call(slack, 'views.open', again)).error, 'exchanged_trigger_id')
})

test('views.open refuses what Slack refuses', async (t) => {
  const { slack, token, trigger } = await triggered(t)
  const view = JSON.stringify(modal)
  for (const [params, error] of [
    [{ trigger_id: trigger, view }, 'not_authed'],
    [{ token: 'xoxb-no', trigger_id: trigger, view }, 'invalid_auth'],
    [{ token, view }, 'invalid_arguments'],
    [{ token, trigger_id: trigger, view: '{}' }, 'invalid_arguments'],
    [{ token, trigger_id: '1.2.3', view }, 'invalid_trigger_id'],
  ] as const) {
    assert.equal((await call(slack, 'views.open', params)).error, error)
  }
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_100 })
  const late = { token, trigger_id: trigger, view }
  assert.equal((await call(slack, 'views.open', late)).error, 'expired_trigger_id')
})

test('a response_url takes five messages', async (t) => {
  const { seen, requestUrls } = await startApp(t)
  const slack = await start(t, { apps: [{ requestUrls }] })
  await slack.send({ kind: 'command', command: '/hello' })
  const url = new URLSearchParams(seen[0]?.body).get('response_url') ?? ''
  const say = async () => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(url, { method: 'POST', headers, body: '{"text":"hi"}' })).status
  }
  for (let use = 0; use < 5; use++) assert.equal(await say(), 200)
  assert.equal(await say(), 404)
  assert.equal(slack.responses().length, 5)
})
