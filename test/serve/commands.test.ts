import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { serving } from '../support/serving.ts'
import { until } from '../support/until.ts'

const command = { kind: 'command', command: '/hello', text: 'a secret text' } as const

test('a command of an installed team is acknowledged, and its text is not in the log', async (t) => {
  const server = await serving(t)
  await server.install()
  const { status, body } = await server.send(command)
  assert.deepEqual([status, body], [200, ''])
  const { kind, type, teamId, userId } = await server.logged('ok')
  assert.deepEqual(
    [kind, type, teamId, userId],
    ['command', '/hello', 'T0SANDBOX01', 'U0ALICE0001'],
  )
  assert.ok(!JSON.stringify(server.log).includes('secret'))
})

test('a command where the app is not installed is answered with the link that installs it', async (t) => {
  const server = await serving(t)
  const { status, body } = await server.send(command)
  assert.equal(status, 200)
  const answer = JSON.parse(body)
  assert.equal(answer.response_type, 'ephemeral')
  assert.ok(answer.text.includes(`<${server.origin}/slack/install|`))
})

test('a command in an org-wide installation finds it', async (t) => {
  const server = await serving(t)
  const { team: _, ...orgWide } = await server.install()
  const enterprise = { id: 'E0SANDBOX01' }
  await server.store.installations.deleteAll({ teamId: 'T0SANDBOX01' })
  await server.store.installations.save({ ...orgWide, enterprise, isEnterpriseInstall: true })
  await server.send(command, { team: 'T0SANDBOX02', isOrgWide: true })
  await server.send(command, { team: 'T0SANDBOX02' })
  assert.deepEqual(
    server.log.map(({ outcome }) => outcome),
    ['ok', 'ok'],
  )
})

for (const [type, expected] of [
  ['view_submission', /^{"response_action":"update",.*slack\/install\|/],
  ['block_suggestion', /^{"options":\[\]}$/],
  ['block_actions', /^$/],
  ['message_action', /^$/],
  ['shortcut', /^$/],
] as const) {
  test(`a ${type} where the app is not installed is answered in its own form`, async (t) => {
    const server = await serving(t)
    const { status, body } = await server.send({ kind: 'interactivity', payload: { type } })
    assert.equal(status, 200)
    assert.match(body, expected)
  })
}

for (const type of ['block_actions', 'message_action']) {
  test(`whoever made a ${type} where the app is not installed is told at its response_url`, async (t) => {
    const server = await serving(t)
    await server.send({ kind: 'interactivity', payload: { type } })
    await server.serving.stop()
    const [message, ...others] = server.slack.responses()
    assert.deepEqual(others, [])
    const { text, ...rest } = message ?? {}
    // The sandbox keeps each field as text
    assert.deepEqual(rest, { response_type: 'ephemeral', replace_original: 'false' })
    assert.equal(
      text,
      `This app is not installed here yet. <${server.origin}/slack/install|Add it to Slack>`,
    )
    assert.deepEqual(
      server.log.map(({ outcome, status }) => [outcome, status]),
      [['not_installed', 200]],
    )
  })
}

test('nobody is told anything at a response_url where the app is installed', async (t) => {
  const server = await serving(t)
  await server.install()
  await server.send({ kind: 'interactivity', payload: { type: 'block_actions' } })
  await server.serving.stop()
  assert.deepEqual(server.slack.responses(), [])
})

test('a response_url that fails, or is not Slack’s, is a line of the log without the address', async (t) => {
  const server = await serving(t)
  const elsewhere: string[] = []
  const other = createServer((request, response) => {
    elsewhere.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.after(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const [response_url, why] of [
    [`${server.slack.url}/commands/secret`, 'Slack answered HTTP 404 (response_url)'],
    [`http://127.0.0.1:${port}/secret`, 'The answer to response_url would not go to Slack'],
  ] as const) {
    const payload = { type: 'block_actions', response_url }
    const { status } = await server.send({ kind: 'interactivity', payload })
    assert.equal(status, 200)
    const detail = `Nobody was told: ${why}`
    const told = await until(() => server.log.find((entry) => entry.detail === detail))
    assert.deepEqual([told.outcome, told.status], ['not_installed', undefined])
  }
  assert.deepEqual(elsewhere, [])
  assert.ok(!JSON.stringify(server.log).includes('secret'))
})

test('a view in a shared channel is looked up where the app is installed', async (t) => {
  const server = await serving(t)
  await server.install()
  const payload = {
    type: 'view_submission',
    team: { id: 'T0ELSEWHERE' },
    view: { app_installed_team_id: 'T0SANDBOX01' },
  }
  await server.send({ kind: 'interactivity', payload })
  assert.equal((await server.logged('ok')).teamId, 'T0SANDBOX01')
})

test('an interaction of an org-wide app has no team, and is found', async (t) => {
  const server = await serving(t)
  const { team: _, ...orgWide } = await server.install()
  await server.store.installations.deleteAll({ teamId: 'T0SANDBOX01' })
  const enterprise = { id: 'E0SANDBOX01' }
  await server.store.installations.save({ ...orgWide, enterprise, isEnterpriseInstall: true })
  const payload = { type: 'block_actions' }
  await server.send({ kind: 'interactivity', payload }, { team: 'T0SANDBOX02', isOrgWide: true })
  assert.equal((await server.logged('ok')).enterpriseId, 'E0SANDBOX01')
})

test('a member’s own token serves their commands alone, where there is no bot', async (t) => {
  const server = await serving(t)
  const { bot: _, ...userOnly } = await server.install()
  await server.store.installations.deleteAll({ teamId: 'T0SANDBOX01' })
  await server.store.installations.save({
    ...userOnly,
    user: { id: 'U0ALICE0001', grant: { token: 'xoxp-alice', scopes: [] } },
  })
  await server.send(command)
  await server.send(command, { user: 'U0BOB000001' })
  assert.deepEqual(
    server.log.map(({ outcome }) => outcome),
    ['ok', 'not_installed'],
  )
})

test('a workspace of which only the bot is stored is served', async (t) => {
  const server = await serving(t)
  await server.install()
  await server.store.installations.deleteInstallation({ teamId: 'T0SANDBOX01' })
  await server.send(command)
  assert.equal(server.log[0]?.outcome, 'ok')
})
