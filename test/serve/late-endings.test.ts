import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Installation } from '../../src/index.ts'
import { serving, stored, type TestServer } from '../support/serving.ts'
import { revokeAtSlack } from '../support/slack-app.ts'
import { until } from '../support/until.ts'

// An event of ending may come when the app is installed again already, in part or while the event is judged. All that
// Slack still honours has to stay, and each token here is one that Slack really gave.

const TEAM = 'T0SANDBOX01'

/** Installs the app through the pages, as a member and with scopes that are picked. */
async function install(server: TestServer, picks: Record<string, string> = {}): Promise<void> {
  const { callback, cookie } = await server.authorized(picks)
  const page = await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  assert.ok(page.status < 400, await page.text())
}

async function start(t: TestContext): Promise<TestServer> {
  const server = await serving(t, { sandbox: { consent: 'allow' } })
  await install(server)
  return server
}

function found(server: TestServer): Promise<Installation | undefined> {
  return server.store.installations.findInstallation({ teamId: TEAM })
}

/** Later than all that is stored, by any clock of this test: only Slack's answer can save a token. */
function ended(body: Record<string, unknown>) {
  const event_time = Math.floor(Date.now() / 1000) + 3600
  const authorizations = [{ team_id: TEAM, is_bot: true }]
  return { kind: 'event' as const, event: body, envelope: { event_time, authorizations } }
}

const UNINSTALLED = ended({ type: 'app_uninstalled' })

test('a late app_uninstalled leaves the member who authorized the app since, and takes the dead bot', async (t) => {
  const server = await start(t)
  await revokeAtSlack(server.slack, (await found(server))?.bot?.token)
  // Without bot scopes: the dead bot stays beside the new token
  await install(server, { scope: '', user_scope: 'search:read' })
  const before = await found(server)
  assert.ok(before?.bot && before.user.grant)

  await server.send(UNINSTALLED)

  assert.equal((await server.logged('forgotten')).detail, '1 forgotten')
  const after = await found(server)
  assert.equal(after?.user.grant?.token, before.user.grant.token)
  assert.equal(after?.bot, undefined)
})

for (const event of [{ type: 'app_uninstalled' }, { type: 'tokens_revoked', tokens: {} }]) {
  test(`an installation that comes while a late ${event.type} is judged stays`, async (t) => {
    const server = await start(t)
    const { bot } = (await found(server)) ?? {}
    await revokeAtSlack(server.slack, bot?.token)
    server.slack.inject({ method: 'auth.test', kind: 'delay', seconds: 1, times: 1 })
    const asked = server.slack.calls('auth.test').length
    const tokens = { bot: [bot?.userId] }
    const sent = server.send(ended({ ...event, ...('tokens' in event && { tokens }) }))
    await until(() => server.slack.calls('auth.test').length > asked)
    await install(server)
    await sent
    const after = await found(server)
    assert.ok(after?.bot && after.bot.token !== bot?.token, 'the new installation is stored')
  })
}

test('where Slack cannot be asked nothing is forgotten, and the event comes again', async (t) => {
  for (const kind of ['hang-up', 'html'] as const) {
    const server = await start(t)
    const { bot } = (await found(server)) ?? {}
    server.slack.inject({ method: 'auth.test', kind })
    for (const event of [
      UNINSTALLED,
      ended({ type: 'tokens_revoked', tokens: { bot: [bot?.userId] } }),
    ]) {
      await server.send(event)
      await until(() => server.log.some(({ outcome }) => outcome === 'token_failed'))
      assert.equal((await found(server))?.bot?.token, bot?.token)
    }
  }
})

test('an event that failed is done when it comes again', async (t) => {
  const server = await start(t)
  await revokeAtSlack(server.slack, (await found(server))?.bot?.token)
  server.slack.inject({ method: 'auth.test', kind: 'html', times: 1 })
  const event = { ...UNINSTALLED, envelope: { ...UNINSTALLED.envelope, event_id: 'Ev0AGAIN' } }
  assert.equal((await server.send(event)).status, 503)
  assert.equal((await server.send(event)).status, 200)
  assert.deepEqual(await stored(server.store), [])
})

test('a bot without members that has ended is counted as well', async (t) => {
  const server = await start(t)
  const installed = await found(server)
  await server.store.installations.deleteInstallation({
    teamId: TEAM,
    userId: installed?.user.id ?? '',
  })
  const bot = await server.store.installations.findBot({ teamId: TEAM })
  assert.ok(bot)
  await revokeAtSlack(server.slack, bot.token)
  await server.send(UNINSTALLED)
  assert.equal((await server.logged('forgotten')).detail, '1 forgotten')
  assert.equal(await server.store.installations.findBot({ teamId: TEAM }), undefined)
})
