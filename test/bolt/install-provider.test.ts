import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { InstallProvider, type InstallURLOptions } from '@slack/oauth'
import { installationStore } from '../../src/bolt.ts'
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { newStoreKey, storeKeyText } from '../../src/store/encryption/store-key.ts'
import { openStore } from '../../src/store/open-store.ts'
import { consent, decide } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { installation } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

/** The command line and an InstallProvider of Slack's own, as one app over one store. */
async function boltApp(t: TestContext, options: SandboxOptions & { app?: object } = {}) {
  const app = await slackApp(t, options)
  const cli = await tempCli(t, app.env)
  const clientId = app.env.SLACK_CLIENT_ID ?? ''
  const provider = new InstallProvider({
    clientId,
    clientSecret: app.env.SLACK_CLIENT_SECRET ?? '',
    stateSecret: 'for the tests alone',
    legacyStateVerification: true,
    authorizationUrl: `${app.slack.url}/oauth/v2/authorize`,
    clientOptions: { slackApiUrl: `${app.slack.url}/api/` },
    installationStore: installationStore({ db: cli.db, clientId }),
  })
  return { ...app, cli, provider }
}

/** A whole install by InstallProvider: its URL, a person's consent, its callback. */
async function installByProvider(
  { provider, redirectUri }: Awaited<ReturnType<typeof boltApp>>,
  scopes: Omit<InstallURLOptions, 'redirectUri'>,
  picks: Record<string, string> = {},
): Promise<number> {
  const server = createServer((request, response) =>
    provider.handleCallback(request, response, {
      success: (_installation, _options, _request, answer) => answer.end('installed'),
      failure: (error, _options, _request, answer) => {
        answer.statusCode = 500
        answer.end(String(error))
      },
    }),
  )
  server.listen(Number(new URL(redirectUri).port), 'localhost')
  await once(server, 'listening')
  try {
    const url = await provider.generateInstallUrl({ ...scopes, redirectUri })
    const response = await fetch(await consent(url, picks))
    return response.status
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const T1 = { teamId: 'T0SANDBOX01', enterpriseId: undefined, isEnterpriseInstall: false } as const

test('what InstallProvider installs, token prints', async (t) => {
  const app = await boltApp(t)
  const scopes = { scopes: ['chat:write'], userScopes: ['search:read'] }
  assert.equal(await installByProvider(app, scopes), 200)
  assert.match((await app.cli.run('token')).stdout, /^xoxb-sandbox-/)
  assert.match((await app.cli.run('token', '--user')).stdout, /^xoxp-sandbox-/)
})

test('what install saved, InstallProvider authorizes', async (t) => {
  const app = await boltApp(t)
  const command = app.cli.start('install', '--scopes', 'chat:write')
  await decide(command)
  assert.equal((await command.finished).code, 0)

  const authorized = await app.provider.authorize({ ...T1 })

  assert.equal(`${authorized.botToken}\n`, (await app.cli.run('token')).stdout)
  assert.match(authorized.botId ?? '', /^B/)
})

test('an org-wide installation goes both ways', async (t) => {
  const app = await boltApp(t)
  const picks = { member: 'E0SANDBOX01/W0CAROL0001' }
  assert.equal(await installByProvider(app, { scopes: ['chat:write'] }, picks), 200)
  const { stdout } = await app.cli.run('token', '--enterprise', 'E0SANDBOX01')
  const authorized = await app.provider.authorize({
    teamId: 'T0SANDBOX02',
    enterpriseId: 'E0SANDBOX01',
    isEnterpriseInstall: true,
  })
  assert.equal(`${authorized.botToken}\n`, stdout)
})

test("a renewal for another member does not lose the installer's token", async (t) => {
  // InstallProvider renews within two hours of the end, slack-oauth within five minutes of it
  const app = await boltApp(t, { app: { tokenRotation: true }, tokenLifetimeSeconds: 3600 })
  const scopes = { scopes: ['chat:write'], userScopes: ['search:read'] }
  assert.equal(await installByProvider(app, scopes), 200)
  const before = (await app.cli.run('token')).stdout

  await app.provider.authorize({ ...T1, userId: 'U0BOB000001' })

  const after = (await app.cli.run('token')).stdout
  assert.match(after, /^xoxe\.xoxb-1-sandbox/)
  assert.notEqual(after, before)
  const user = await app.cli.run('token', '--user', 'U0ALICE0001')
  assert.match(user.stdout, /^xoxe\.xoxp-1-sandbox/)
})

test("one member is not given another's token", async (t) => {
  const app = await boltApp(t)
  const scopes = { scopes: ['chat:write'], userScopes: ['search:read'] }
  assert.equal(await installByProvider(app, scopes), 200)
  const bob = await app.provider.authorize({ ...T1, userId: 'U0BOB000001' })
  assert.match(bob.botToken ?? '', /^xoxb-/)
  assert.equal(bob.userToken, undefined)
  const alice = await app.provider.authorize({ ...T1, userId: 'U0ALICE0001' })
  assert.match(alice.userToken ?? '', /^xoxp-/)
})

test('deleteInstallation forgets a member, or the place', async (t) => {
  const app = await boltApp(t)
  const scopes = { scopes: ['chat:write'], userScopes: ['search:read'] }
  assert.equal(await installByProvider(app, scopes), 200)
  const store = app.provider.installationStore
  await store.deleteInstallation?.({ ...T1, userId: 'U0ALICE0001' })
  assert.equal((await app.cli.run('token', '--user')).code, 3)
  assert.equal(await installByProvider(app, scopes), 200)
  await store.deleteInstallation?.({ ...T1 })
  assert.equal((await app.cli.run('token')).code, 3)
  await assert.rejects(app.provider.authorize({ ...T1 }), {
    code: 'slack_oauth_installer_authorization_error',
  })
})

test('what an app wants to remember of an installation comes back with it', async (t) => {
  const app = await boltApp(t)
  const scopes = { scopes: ['chat:write'], metadata: 'tenant 7' }
  assert.equal(await installByProvider(app, scopes), 200)

  const store = installationStore({ db: app.cli.db, clientId: app.env.SLACK_CLIENT_ID ?? '' })
  assert.equal((await store.fetchInstallation(T1)).metadata, 'tenant 7')
})

test('an installation that Bolt read before a renewal does not bring the old token back', async (t) => {
  const db = join(await mkdtemp(join(tmpdir(), 'bolt-')), 'store.db')
  t.after(() => rm(dirname(db), { recursive: true }))
  const store = installationStore({ db, clientId: '1.2' })
  const installation = (bot: string, user: string, expiresAt: number) => ({
    team: { id: 'T1' },
    enterprise: undefined,
    bot: { token: bot, expiresAt, scopes: ['chat:write'], id: 'B1', userId: 'U0' },
    user: { id: 'U1', token: user, expiresAt, scopes: ['search:read'] },
    isEnterpriseInstall: false,
    authVersion: 'v2' as const,
  })
  await store.storeInstallation(installation('xoxb-new', 'xoxp-new', 2_000))

  // It renewed the member's token alone, and stores the bot's as it was
  const stale = installation('xoxb-old', 'xoxp-newest', 1_000)
  await store.storeInstallation({ ...stale, user: { ...stale.user, expiresAt: 3_000 } })

  const found = await store.fetchInstallation({ ...T1, teamId: 'T1', userId: 'U1' })
  assert.equal(found.bot?.token, 'xoxb-new')
  assert.equal(found.user.token, 'xoxp-newest')
})

test('a bot whose installations a Python app deleted is still authorized', async (t) => {
  const app = await boltApp(t)
  const clientId = app.env.SLACK_CLIENT_ID ?? ''
  await installByProvider(app, { scopes: ['chat:write'] })
  const store = await openStore(app.cli.db)
  await store.installations.deleteInstallation({ ...T1, enterpriseId: '' })
  await store.close()

  const bolt = installationStore({ db: app.cli.db, clientId })
  assert.match(String((await bolt.fetchInstallation(T1)).bot?.token), /^xoxb-/)
})

test('a sealed store is read and written by Bolt, and stays sealed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bolt-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'store.db')
  const key = newStoreKey()
  const store = await openStore(path, { key: storeKeyText(key) })
  await store.encryption.seal(key)
  await store.installations.save(installation())
  const bolt = installationStore({ db: path, clientId: '1.2', key: storeKeyText(key) })
  const query = { teamId: 'T1', enterpriseId: undefined, isEnterpriseInstall: false }

  const found = await bolt.fetchInstallation(query)
  assert.equal(found.bot?.token, 'xoxb-secret-1')
  await bolt.storeInstallation({
    ...found,
    user: { ...found.user, token: 'xoxp-by-bolt', scopes: [] },
  })

  assert.equal(await store.encryption.clearSecrets(), 0)
  assert.equal((await bolt.fetchInstallation(query)).user.token, 'xoxp-by-bolt')
  const without = installationStore({ db: path, clientId: '1.2', key: storeKeyText(newStoreKey()) })
  await assert.rejects(without.fetchInstallation(query), { code: 'store_key_wrong' })
  await store.close()
})
