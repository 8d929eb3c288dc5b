import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignatureVerifier } from '../../src/slack/signature-verifier.ts'
import { until } from '../support/until.ts'
import { type Example, startExample, visitor } from './example.ts'

// One app, written three ways: each has to do the same

const values = { 'b-id': { 'a-id': { type: 'plain_text_input', value: 'Ünï <b>"$&' } } }
const view = { type: 'modal', callback_id: 'modal-id', state: { values } }

for (const file of ['web-app.ts', 'express.ts', 'bolt.ts']) {
  test(`examples/${file}`, async (t) => {
    const app = await startExample(t, file)
    const url = `${app.origin}/slack/events`
    const send = (request: Parameters<typeof app.slack.send>[0]) => app.slack.send(request, { url })

    await t.test('a person who cancels has installed nothing', async () => {
      const browser = visitor(app)
      const page = await browser.decide(await browser.begin('/slack/install'), 'cancel')
      assert.ok(page.status >= 400)
      assert.equal(await app.storedToken(), undefined)
    })

    await t.test('a callback in another browser installs nothing', async () => {
      const authorizeUrl = await visitor(app).begin('/slack/install')
      const page = await visitor(app).decide(authorizeUrl, 'allow')
      assert.ok(page.status >= 400)
      assert.deepEqual(app.slack.calls('oauth.v2.access'), [])
      assert.equal(await app.storedToken(), undefined)
    })

    await t.test('a person who allows it has installed it', async () => {
      const browser = visitor(app)
      const page = await browser.decide(await browser.begin('/slack/install'), 'allow')
      assert.equal(page.status, 200)
      assert.match(String(await app.storedToken()), /^xoxb-/)
    })

    await t.test('/open-modal opens the modal with the token of the store', async () => {
      const answer = await send({ kind: 'command', command: '/open-modal' })
      assert.deepEqual([answer.status, answer.body], [200, ''])
      await opened(app)
      const [call] = app.slack.calls('views.open')
      assert.equal(call?.headers.authorization, `Bearer ${await app.storedToken()}`)
      assert.deepEqual(
        app.slack.views().map(({ type, callback_id }) => [type, callback_id]),
        [['modal', 'modal-id']],
      )
    })

    await t.test('what a person submits is printed', async () => {
      const answer = await send({
        kind: 'interactivity',
        payload: { type: 'view_submission', view },
      })
      assert.deepEqual([answer.status, answer.body], [200, ''])
      const [printed] = await app.process.waitFor(/^\{.+\}$/m, 'stdout')
      assert.deepEqual(JSON.parse(printed), values)
    })

    await t.test('anything else is not found', async () => {
      assert.equal((await fetch(`${app.origin}/nothing`)).status, 404)
      // A command that nobody has asked Bolt for, it leaves without an answer
      if (file === 'bolt.ts') return
      const other = await send({ kind: 'command', command: '/other' })
      assert.equal(other.status, 404)
    })

    await t.test('what Slack has not signed is refused', async () => {
      const body = 'command=%2Fopen-modal&team_id=T0SANDBOX01'
      const before = app.slack.calls('views.open').length
      for (const signingSecret of ['another', undefined]) {
        const headers = signingSecret === undefined ? {} : signed(body, signingSecret)
        assert.equal((await fetch(url, { method: 'POST', body, headers })).status, 401)
      }
      assert.equal((await fetch(url, { method: 'POST' })).status, 401)
      assert.equal(app.slack.calls('views.open').length, before)
    })

    await t.test('a signal ends it', async () => {
      app.process.child.kill('SIGTERM')
      const { code, stderr } = await app.process.finished
      assert.equal(code, 0, stderr)
    })
  })
}

for (const file of ['web-app.ts', 'express.ts']) {
  test(`examples/${file} asks for the app to be installed where it is not`, async (t) => {
    const app = await startExample(t, file)
    const url = `${app.origin}/slack/events`
    const answer = await app.slack.send({ kind: 'command', command: '/open-modal' }, { url })
    assert.equal(answer.status, 200)
    assert.ok(answer.body.includes(`${app.origin}/slack/install`))
    assert.deepEqual(app.slack.views(), [])
  })
}

/** Bolt answers a command before it opens the modal. */
async function opened({ slack }: Example): Promise<void> {
  await until(() => slack.views().length > 0)
}

function signed(body: string, signingSecret: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = new SignatureVerifier({ signingSecret }).generate({ timestamp, body })
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  }
}
