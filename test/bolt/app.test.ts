import assert from 'node:assert/strict'
import { test } from 'node:test'
import { App } from '@slack/bolt'
import { installationStore } from '../../src/bolt.ts'
import type { TempCli } from '../support/temp-cli.ts'
import { boltApp, installFromCommandLine, installFromPage, mention, sendEvent } from './bolt-app.ts'

const ALICE = 'U0ALICE0001'
const BOB = 'U0BOB000001'
const CAROL = 'W0CAROL0001'
const DAVE = 'W0DAVE00001'
const ACME = { team_id: 'T0SANDBOX01' }
/** A workspace in an organization, reached by an installation of its own. */
const INSIDE = { team_id: 'T0SANDBOX02', enterprise_id: 'E0SANDBOX01' }
/** The same, reached by the installation of the whole organization. */
const ORG_WIDE = { ...INSIDE, is_enterprise_install: true }
const AS_ORG = { member: `E0SANDBOX01/${CAROL}` }

async function printed(cli: TempCli, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli.run('token', ...args)
  assert.equal(code, 0, stderr)
  return stdout.trimEnd()
}

test('the store fits into an App as it is', () => {
  const app = new App({
    clientId: '1.2',
    clientSecret: 'of nobody',
    signingSecret: 'of nobody',
    stateSecret: 'of nobody',
    installationStore: installationStore({ db: 'never-opened.db', clientId: '1.2' }),
  })
  assert.ok(app)
})

test("what a person installs from the app's own page, token prints", async (t) => {
  const app = await boltApp(t)
  await installFromPage(app)
  const token = await printed(app.cli, '--db', app.cli.db, '--team', 'T0SANDBOX01')
  assert.match(token, /^xoxb-sandbox-/)
  assert.equal((await mention(app, ALICE, ACME)).botToken, token)
})

test('what install saved is authorized while the app runs', async (t) => {
  const app = await boltApp(t)
  await installFromCommandLine(app)
  const context = await mention(app, BOB, ACME)
  assert.equal(context.botToken, await printed(app.cli))
  assert.match(context.botId ?? '', /^B/)
  assert.match(context.botUserId ?? '', /^U/)
  assert.equal(context.teamId, 'T0SANDBOX01')
})

test('a re-install by the command line is what the next event gets', async (t) => {
  const app = await boltApp(t, { app: { tokenRotation: true } })
  await installFromPage(app)
  const first = await mention(app, ALICE, ACME)
  await installFromCommandLine(app, [], { member: `T0SANDBOX01/${BOB}` })
  const second = await mention(app, ALICE, ACME)
  assert.equal(second.botToken, await printed(app.cli))
  assert.notEqual(second.botToken, first.botToken)
})

test('an event of a team without an installation is not authorized, and no secret is told', async (t) => {
  const app = await boltApp(t, { userScopes: ['search:read'] })
  await installFromPage(app)
  const tokens = [await printed(app.cli), await printed(app.cli, '--user')]

  const status = await sendEvent(
    app,
    { type: 'app_mention', user: ALICE },
    { team_id: 'T0NOBODY01' },
  )

  assert.equal(status, 401)
  assert.deepEqual(app.contexts, [])
  const log = app.log.join('\n')
  assert.match(log, /did not succeed\. Nothing is installed for T0NOBODY01/)
  for (const secret of [...app.secrets, ...tokens]) assert.ok(!log.includes(secret), secret)
})

test('an organization without an installation is not authorized', async (t) => {
  const app = await boltApp(t)
  await installFromPage(app)
  assert.equal(await sendEvent(app, { type: 'app_mention', user: CAROL }, ORG_WIDE), 401)
  assert.deepEqual(app.contexts, [])
})

test("an org-wide installation from the app's own page covers the organization's workspaces", async (t) => {
  const app = await boltApp(t)
  await installFromPage(app, AS_ORG)
  const token = await printed(app.cli, '--enterprise', 'E0SANDBOX01')
  const context = await mention(app, DAVE, ORG_WIDE)
  assert.equal(context.botToken, token)
  assert.equal(context.isEnterpriseInstall, true)
  assert.equal(context.teamId, 'T0SANDBOX02')
  assert.equal((await mention(app, DAVE, { ...ORG_WIDE, team_id: null })).botToken, token)
})

test('an org-wide installation by install is authorized', async (t) => {
  const app = await boltApp(t)
  await installFromCommandLine(app, [], AS_ORG)
  const token = await printed(app.cli, '--enterprise', 'E0SANDBOX01')
  assert.equal((await mention(app, DAVE, ORG_WIDE)).botToken, token)
})

test('an event in a workspace with its own installation gets its bot, whoever installed org-wide', async (t) => {
  const app = await boltApp(t, { userScopes: ['search:read'] })
  await installFromPage(app, AS_ORG)
  await installFromPage(app, { member: `T0SANDBOX02/${DAVE}` })
  const own = await printed(app.cli, '--enterprise', 'E0SANDBOX01', '--team', 'T0SANDBOX02')
  const orgWide = await printed(app.cli, '--enterprise', 'E0SANDBOX01')
  assert.notEqual(own, orgWide)

  assert.equal((await mention(app, CAROL, INSIDE)).botToken, own)
  assert.equal((await mention(app, CAROL, ORG_WIDE)).botToken, orgWide)
})

test("a member's token for the organization is not theirs in a workspace's own installation", async (t) => {
  const app = await boltApp(t)
  await installFromCommandLine(app, ['--user-scopes', 'search:read'], AS_ORG)
  await installFromPage(app, { member: `T0SANDBOX02/${CAROL}` })

  assert.equal((await mention(app, CAROL, INSIDE)).userToken, undefined)
  const orgWide = await printed(app.cli, '--enterprise', 'E0SANDBOX01', '--user', CAROL)
  assert.equal((await mention(app, CAROL, ORG_WIDE)).userToken, orgWide)
})

for (const { what, place, picks } of [
  { what: 'team', place: ACME, picks: {} },
  { what: 'organization', place: ORG_WIDE, picks: AS_ORG },
]) {
  test(`an app that forgets an uninstalled ${what} leaves nothing for token`, async (t) => {
    const app = await boltApp(t, { userScopes: ['search:read'] })
    app.app.event('app_uninstalled', ({ context }) => {
      const { teamId, enterpriseId, isEnterpriseInstall } = context
      return app.store.deleteInstallation({ teamId, enterpriseId, isEnterpriseInstall })
    })
    await installFromPage(app, picks)
    await printed(app.cli)

    // Slack does not promise to send it once
    for (let times = 0; times < 2; times += 1) {
      assert.equal(await sendEvent(app, { type: 'app_uninstalled' }, place), 200)
      assert.equal((await app.cli.run('token')).code, 3)
      assert.equal((await app.cli.run('token', '--user')).code, 3)
    }
    assert.equal(await sendEvent(app, { type: 'app_mention', user: ALICE }, place), 401)
  })
}

test('a member whose token was revoked takes no bot away from the team', async (t) => {
  const app = await boltApp(t, { userScopes: ['search:read'] })
  app.app.event('tokens_revoked', async ({ event, context }) => {
    const { teamId, enterpriseId, isEnterpriseInstall } = context
    const place = { teamId, enterpriseId, isEnterpriseInstall }
    for (const userId of event.tokens.oauth ?? []) {
      await app.store.deleteInstallation({ ...place, userId })
    }
  })
  await installFromPage(app)
  const token = await printed(app.cli)

  const event = { type: 'tokens_revoked', tokens: { oauth: [ALICE] } }
  assert.equal(await sendEvent(app, event, ACME), 200)

  assert.equal((await app.cli.run('token', '--user')).code, 3)
  assert.equal(await printed(app.cli), token)
  const context = await mention(app, ALICE, ACME)
  assert.equal(context.botToken, token)
  assert.equal(context.userToken, undefined)
})

test("the token of the member who sends an event is there, and nobody else's", async (t) => {
  const app = await boltApp(t, { userScopes: ['search:read'] })
  await installFromPage(app)
  const bob = await mention(app, BOB, ACME)
  assert.equal(bob.userToken, undefined)
  assert.equal(bob.botToken, await printed(app.cli))

  await installFromPage(app, { member: `T0SANDBOX01/${BOB}` })
  for (const member of [ALICE, BOB]) {
    const context = await mention(app, member, ACME)
    assert.equal(context.userToken, await printed(app.cli, '--user', member))
    assert.equal(context.botToken, await printed(app.cli))
  }
})

test("a bot's token that Bolt renews is the one that token prints, and the installer keeps theirs", async (t) => {
  // Bolt renews within two hours of the end, slack-oauth within five minutes of it
  const app = await boltApp(t, {
    app: { tokenRotation: true },
    tokenLifetimeSeconds: 3600,
    userScopes: ['search:read'],
  })
  await installFromPage(app)
  const bot = await printed(app.cli)
  const user = await printed(app.cli, '--user', ALICE)

  const forBob = await mention(app, BOB, ACME)
  assert.notEqual(forBob.botToken, bot)
  assert.equal(await printed(app.cli), forBob.botToken)
  assert.equal(await printed(app.cli, '--user', ALICE), user)

  const forAlice = await mention(app, ALICE, ACME)
  assert.notEqual(forAlice.userToken, user)
  assert.equal(await printed(app.cli), forAlice.botToken)
  assert.equal(await printed(app.cli, '--user', ALICE), forAlice.userToken)
})
