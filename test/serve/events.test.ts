import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serving, stored } from '../support/serving.ts'

const mention = { kind: 'event', event: { type: 'app_mention', user: 'U0ALICE0001' } } as const
const T1 = 'T0SANDBOX01'

/** An event that Slack sent so many seconds ago. */
function ended(event: Record<string, unknown>, secondsAgo = 0, more: Record<string, unknown> = {}) {
  const event_time = Math.floor(Date.now() / 1000) - secondsAgo
  return { kind: 'event', event, envelope: { event_time, authorizations: [], ...more } } as const
}

const ofMember = (id: string) => ({ id, grant: { token: `xoxp-${id}`, scopes: [] } })

test('url_verification is answered with its challenge', async (t) => {
  const server = await serving(t)
  const { status, body } = await server.send({ kind: 'url_verification' })
  assert.equal(status, 200)
  assert.match(body, /^C0\w+$/)
})

test('ssl_check is answered, on a URL for commands as on one for events', async (t) => {
  const server = await serving(t)
  for (const path of ['events', 'commands']) {
    const url = `${server.origin}/slack/${path}`
    assert.equal((await server.send({ kind: 'ssl_check' }, { url })).status, 200)
  }
})

test('an event is acknowledged, and its line tells who and where', async (t) => {
  const server = await serving(t)
  await server.install()

  const { status, body, seconds } = await server.send(mention)

  assert.equal(status, 200)
  assert.equal(body, '')
  assert.ok(seconds < 3)
  const { kind, type, teamId, userId } = await server.logged('ok')
  assert.deepEqual([kind, type, teamId, userId], ['event', 'app_mention', T1, 'U0ALICE0001'])
})

test('an event that Slack delivers again is acknowledged, and nothing is done', async (t) => {
  const server = await serving(t)
  await server.install()
  const envelope = { event_id: 'Ev0RETRIED' }
  await server.send({ ...mention, envelope })

  const again = await server.send(
    { ...mention, envelope },
    { retry: { number: 1, reason: 'http_timeout' } },
  )

  assert.equal(again.status, 200)
  assert.equal((await server.logged('duplicate')).detail, 'retry 1')
  assert.equal(server.log.filter(({ outcome }) => outcome === 'ok').length, 1)
})

test('an event of a team that is not installed is acknowledged, or Slack would send it again', async (t) => {
  const server = await serving(t)
  assert.equal((await server.send(mention)).status, 200)
  assert.equal((await server.logged('not_installed')).teamId, T1)
})

test('in a shared channel, the app is looked up where it is installed', async (t) => {
  const server = await serving(t)
  await server.install()
  const envelope = {
    team_id: 'T0ELSEWHERE',
    enterprise_id: 'E0ELSEWHERE',
    authorizations: [{ enterprise_id: null, team_id: T1, user_id: 'U9', is_bot: true }],
  }
  await server.send({ ...mention, envelope })
  assert.equal((await server.logged('ok')).teamId, T1)
})

test('an org-wide installation is found by its organization', async (t) => {
  const server = await serving(t)
  const enterprise = { id: 'E0SANDBOX01' }
  const { team: _, ...orgWide } = await server.install()
  await server.store.installations.deleteAll({ teamId: T1 })
  await server.store.installations.save({ ...orgWide, enterprise, isEnterpriseInstall: true })

  await server.send(mention, { team: 'T0SANDBOX02', isOrgWide: true })
  assert.equal((await server.logged('ok')).enterpriseId, 'E0SANDBOX01')
  // A workspace of the organization, by a request that names both
  await server.send(mention, { team: 'T0SANDBOX02' })
  assert.equal(server.log.filter(({ outcome }) => outcome === 'ok').length, 2)
})

test('an event for a member is served with that member’s token alone', async (t) => {
  const server = await serving(t)
  const { bot: _, ...userOnly } = await server.install({ user: ofMember('U1') })
  await server.store.installations.deleteAll({ teamId: T1 })
  await server.store.installations.save({ ...userOnly, user: ofMember('U1') })
  const of = (user_id: string) => ({
    ...mention,
    envelope: { authorizations: [{ team_id: T1, user_id, is_bot: false }] },
  })

  await server.send(of('U1'))
  await server.send(of('U2'))

  assert.deepEqual(
    server.log.map(({ outcome }) => outcome),
    ['ok', 'not_installed'],
  )
})

test('app_uninstalled forgets the place and no other', async (t) => {
  const server = await serving(t)
  await server.install({ user: ofMember('U1') })
  await server.install({ user: ofMember('U2') })
  await server.install({ team: { id: 'T2' } })

  for (let delivery = 0; delivery < 2; delivery++) {
    assert.equal((await server.send(ended({ type: 'app_uninstalled' }))).status, 200)
    assert.deepEqual(await stored(server.store), ['T2 U0ALICE0001: bot'])
  }
})

test('while the store fails, an event is 503 so that it comes again, also one of ending', async (t) => {
  const server = await serving(t)
  await server.install()
  await server.store.close()
  for (const event of [{ type: 'app_mention' }, { type: 'app_uninstalled' }]) {
    assert.equal((await server.send(ended(event))).status, 503)
    const { type, detail } = await server.logged('store_failed')
    assert.equal(type, event.type)
    assert.match(detail ?? '', /was closed$/)
  }
  const { body } = await server.send({ kind: 'command', command: '/hello' })
  assert.match(JSON.parse(body).text, /try again in a minute/)
})

test('app_uninstalled of a workspace in an organization is found without the name of that', async (t) => {
  const server = await serving(t)
  await server.install({ enterprise: { id: 'E0SANDBOX01' } })
  await server.send(ended({ type: 'app_uninstalled' }))
  assert.deepEqual(await stored(server.store), [])
})

test('app_uninstalled of an org-wide app leaves what a workspace installed itself', async (t) => {
  const server = await serving(t)
  const enterprise = { id: 'E0SANDBOX01' }
  const { team: _, ...orgWide } = await server.install({ enterprise })
  await server.store.installations.save({ ...orgWide, isEnterpriseInstall: true })
  const authorizations = [{ enterprise_id: 'E0SANDBOX01', is_enterprise_install: true }]

  await server.send(ended({ type: 'app_uninstalled' }, 0, { authorizations }))

  assert.deepEqual(await stored(server.store), ['T0SANDBOX01 U0ALICE0001: bot'])
})

test('tokens_revoked forgets the members it names, and the bot where it names that', async (t) => {
  const server = await serving(t)
  for (const id of ['U1', 'U2', 'U3']) await server.install({ user: ofMember(id) })

  await server.send(ended({ type: 'tokens_revoked', tokens: { oauth: ['U1', 'U4'] } }))
  assert.deepEqual(await stored(server.store), [
    `${T1} U1: bot`,
    `${T1} U2: bot+U2`,
    `${T1} U3: bot+U3`,
  ])

  await server.send(ended({ type: 'tokens_revoked', tokens: { bot: ['U0ANOTHER'] } }))
  assert.equal((await stored(server.store)).length, 3)

  await server.send(ended({ type: 'tokens_revoked', tokens: { oauth: ['U2'], bot: ['U9'] } }))
  assert.deepEqual(await stored(server.store), [`${T1} U3: U3`])
})

test('uninstalled and revoked may come in either order, and twice', async (t) => {
  const uninstalled = { type: 'app_uninstalled' }
  const revoked = { type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: ['U9'] } }
  for (const order of [
    [uninstalled, revoked],
    [revoked, uninstalled, revoked, uninstalled],
  ]) {
    const server = await serving(t)
    await server.install({ user: ofMember('U1') })
    await server.install({ team: { id: 'T2' } })
    for (const event of order) assert.equal((await server.send(ended(event))).status, 200)
    assert.deepEqual(await stored(server.store), ['T2 U0ALICE0001: bot'])
  }
})

for (const [event, left] of [
  [{ type: 'app_uninstalled' }, [`${T1} U2: bot+U2`]],
  [
    { type: 'tokens_revoked', tokens: { oauth: ['U1', 'U2'], bot: ['U9'] } },
    [`${T1} U1: bot`, `${T1} U2: bot+U2`],
  ],
] as const) {
  test(`what was installed again since a ${event.type} stays`, async (t) => {
    const server = await serving(t)
    await server.install({ user: ofMember('U1'), installedAt: Date.now() / 1000 - 500 })
    await server.install({ user: ofMember('U2'), installedAt: Date.now() / 1000 - 100 })
    await server.send(ended(event, 300))
    assert.deepEqual(await stored(server.store), left)
  })
}

test('team_access_revoked forgets the workspaces it names, and not the organization', async (t) => {
  const server = await serving(t)
  const enterprise = { id: 'E0SANDBOX01' }
  const { team: _, ...orgWide } = await server.install({ enterprise })
  await server.install({ enterprise, team: { id: 'T2' } })
  await server.store.installations.save({ ...orgWide, isEnterpriseInstall: true })

  await server.send(ended({ type: 'team_access_revoked', team_ids: [T1] }))

  assert.deepEqual((await stored(server.store)).sort(), [
    'E0SANDBOX01 U0ALICE0001: bot',
    'T2 U0ALICE0001: bot',
  ])
})

test('a token that expires is renewed before the event is served', async (t) => {
  const server = await serving(t, {
    sandbox: { app: { tokenRotation: true }, tokenLifetimeSeconds: 0, consent: 'allow' },
  })
  const { callback, cookie } = await server.authorized()
  await fetch(callback, { headers: { cookie }, redirect: 'manual' })
  const before = await server.store.installations.findBot({ teamId: T1 })
  server.slack.setLifetimes({ tokenLifetimeSeconds: 43_200 })

  const answers = await Promise.all(Array.from({ length: 10 }, () => server.send(mention)))

  assert.ok(answers.every(({ status }) => status === 200))
  const after = await server.store.installations.findBot({ teamId: T1 })
  assert.notEqual(after?.token, before?.token)
  assert.equal(server.log.filter(({ outcome }) => outcome === 'ok').length, 10)
  // The exchange of the code, and one renewal for all
  assert.equal(server.slack.callCounts()['oauth.v2.access'], 2)
})

test('while Slack fails, an event with an expired token is answered in time', async (t) => {
  const server = await serving(t, { slackTimeoutSeconds: 1 })
  await server.install({
    bot: {
      token: 'xoxe.xoxb-old',
      refreshToken: 'xoxe-1-old',
      expiresAt: 1,
      userId: 'U9',
      scopes: [],
    },
  })
  server.slack.inject({ method: 'oauth.v2.access', kind: 'silence' })

  const { status, seconds } = await server.send(mention)

  assert.equal(status, 200)
  assert.ok(seconds < 3)
  const { detail } = await server.logged('token_failed')
  assert.match(detail ?? '', /Slack did not answer/)
  assert.deepEqual(
    server.log.map(({ outcome }) => outcome),
    ['late', 'token_failed'],
  )
})

test('while Slack fails, a renewal that has failed is not tried for each request', async (t) => {
  const server = await serving(t)
  const expired = { token: 'xoxe.xoxb-old', refreshToken: 'xoxe-1-old', expiresAt: 1 }
  await server.install({ bot: { ...expired, userId: 'U9', scopes: [] } })
  server.slack.inject({ method: 'oauth.v2.access', kind: 'error', error: 'internal_error' })
  await server.send(mention)
  await server.logged('token_failed')
  const { 'oauth.v2.access': asked } = server.slack.callCounts()

  await Promise.all(Array.from({ length: 20 }, () => server.send(mention)))

  assert.equal(server.slack.callCounts()['oauth.v2.access'], asked)
})
