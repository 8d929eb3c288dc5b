import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Installation } from '../../src/index.ts'
import { serving, type TestServer } from '../support/serving.ts'
import { revokeAtSlack } from '../support/slack-app.ts'
import { until } from '../support/until.ts'

// What an event says has ended is judged by what Slack says of the tokens now, and by nothing that two clocks
// could tell differently.

const SECONDS_LATE = 3600

/** An event about workspace T0SANDBOX01, `after` seconds after now by the clock of Slack. */
function event(body: Record<string, unknown>, after: number, more: Record<string, unknown> = {}) {
  const event_time = Math.floor(Date.now() / 1000) + after
  const authorizations = [{ team_id: 'T0SANDBOX01', is_bot: true }]
  return { kind: 'event' as const, event: body, envelope: { event_time, authorizations, ...more } }
}

/** An app that was really installed: Slack knows its token. */
async function installedServer(t: TestContext): Promise<TestServer & { installed: Installation }> {
  const server = await serving(t, { sandbox: { consent: 'allow' } })
  return { ...server, installed: await installNow(server) }
}

async function installNow(server: TestServer): Promise<Installation> {
  const { callback, cookie } = await server.authorized()
  await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  const installed = await server.store.installations.findInstallation({ teamId: 'T0SANDBOX01' })
  if (!installed?.bot) throw new Error('nothing is installed')
  return installed
}

async function count(server: TestServer): Promise<number> {
  let found = 0
  for await (const _ of server.store.installations.list()) found++
  return found
}

test('a late event deletes no installation whose token works, whatever the clocks say', async (t) => {
  const server = await installedServer(t)
  const { bot } = server.installed
  for (const body of [
    { type: 'app_uninstalled' },
    { type: 'tokens_revoked', tokens: { bot: [bot?.userId] } },
  ]) {
    await server.send(event(body, SECONDS_LATE))
    const { detail } = await server.logged('nothing_matched')
    assert.equal(detail, 'nothing stored has ended')
    assert.equal(
      (await server.store.installations.findBot({ teamId: 'T0SANDBOX01' }))?.token,
      bot?.token,
    )
  }
})

test('what has ended is forgotten, whatever the clocks say, and the log says how many that were', async (t) => {
  const server = await installedServer(t)
  await revokeAtSlack(server.slack, server.installed.bot?.token)
  await server.send(event({ type: 'app_uninstalled' }, -SECONDS_LATE))
  assert.equal((await server.logged('forgotten')).detail, '1 forgotten')
  assert.equal(await count(server), 0)
})

test('an event of another app forgets nothing', async (t) => {
  const server = await serving(t)
  await server.install({ appId: 'A0OURS' })
  await server.send(event({ type: 'app_uninstalled' }, 1, { api_app_id: 'A0THEIRS' }))
  await server.logged('nothing_matched')
  assert.equal(await count(server), 1)
  await server.send(event({ type: 'app_uninstalled' }, 1, { api_app_id: 'A0OURS' }))
  await server.logged('forgotten')
  assert.equal(await count(server), 0)
})

for (const body of [
  { type: 'app_uninstalled' },
  { type: 'tokens_revoked', tokens: { oauth: ['U0ALICE0001'], bot: ['U9'] } },
]) {
  test(`a ${body.type} that names the organization and nothing else is of its org-wide installation`, async (t) => {
    const server = await serving(t)
    const { team: _, ...rest } = await server.install({ enterprise: { id: 'E0SANDBOX01' } })
    await server.store.installations.save({ ...rest, isEnterpriseInstall: true })
    const authorizations = [{ enterprise_id: 'E0SANDBOX01', team_id: null, is_bot: true }]
    await server.send(event(body, 1, { authorizations, team_id: null }))
    await server.logged('forgotten')
    assert.equal(
      await server.store.installations.findBot({
        enterpriseId: 'E0SANDBOX01',
        isEnterpriseInstall: true,
      }),
      undefined,
    )
    // The workspace's own stays
    assert.notEqual(await server.store.installations.findBot({ teamId: 'T0SANDBOX01' }), undefined)
  })
}

test('an event that finds nothing says so in the log', async (t) => {
  const server = await serving(t)
  await server.send(event({ type: 'app_uninstalled' }, 1))
  assert.equal((await server.logged('nothing_matched')).detail, 'nothing stored has ended')
})

test('an app that is installed again while Slack is asked about its old token stays', async (t) => {
  const server = await installedServer(t)
  await revokeAtSlack(server.slack, server.installed.bot?.token)
  server.slack.inject({ method: 'auth.test', kind: 'delay', seconds: 1, times: 1 })
  const sent = server.send(event({ type: 'app_uninstalled' }, SECONDS_LATE))
  await until(() => server.slack.calls('auth.test').length > 0)
  const again = await installNow(server)
  await sent

  const found = await server.store.installations.findBot({ teamId: 'T0SANDBOX01' })
  assert.equal(found?.token, again.bot?.token)
})
