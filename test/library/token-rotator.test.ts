import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { inspect, promisify } from 'node:util'
import {
  type AccessTokenKey,
  type AccessTokenOptions,
  accessToken,
  openStore,
  SlackOAuthError,
  type Store,
  TokenRotator,
} from '../../src/index.ts'
import { botKey, type Installed, installed, works } from '../support/installed.ts'
import { exchanges } from '../support/renewal-round.ts'
import { installation, orgWide } from '../support/stored.ts'
import { until } from '../support/until.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const T1: AccessTokenKey = { teamId: 'T0SANDBOX01' }
const method = 'oauth.v2.access'

function options(app: Installed, more: AccessTokenOptions = {}): AccessTokenOptions {
  return { clientSecret: app.env.SLACK_CLIENT_SECRET ?? '', slackUrl: app.slack.url, ...more }
}

function rotatorOf(t: TestContext, app: Installed, more?: AccessTokenOptions): TokenRotator {
  const rotator = new TokenRotator(app.store, options(app, more))
  t.after(() => rotator.close())
  return rotator
}

test('accessToken renews what has expired, and the command prints the same', async (t) => {
  const app = await installed(t)

  const token = await accessToken(app.store, T1, options(app))

  assert.ok(await works(app, token))
  assert.equal((await app.stored()).bot?.token, token)
  assert.equal((await app.cli.run('token')).stdout, `${token}\n`)
  assert.equal(exchanges(app), 1)
})

test('accessToken gives the token of the member named, and that of the bot else', async (t) => {
  const app = await installed(t)
  const { user } = await app.stored()

  assert.match(
    await accessToken(app.store, { ...T1, userId: user.id }, options(app)),
    /^xoxe\.xoxp-/,
  )
  assert.match(await accessToken(app.store, T1, options(app)), /^xoxe\.xoxb-/)
  const nobody = accessToken(app.store, { ...T1, userId: 'U404' }, options(app))
  await assert.rejects(nobody, { code: 'not_installed', exitCode: 3 })
})

test('a key that names no place means none, also where there is only one', async (t) => {
  const app = await installed(t)
  const nowhere = [
    {},
    { teamId: '' },
    { userId: 'U0ALICE0001' },
    { ...T1, isEnterpriseInstall: true },
  ]
  for (const key of nowhere) {
    await assert.rejects(accessToken(app.store, key, options(app)), { code: 'usage' })
  }
  const elsewhere = accessToken(app.store, { enterpriseId: 'E404' }, options(app))
  await assert.rejects(elsewhere, { code: 'not_installed' })
})

test('callers that ask a TokenRotator at once share one renewal, and the secret is asked for once', async (t) => {
  const app = await installed(t)
  const asked: string[] = []
  let locks = 0
  const store: Pick<Store, 'installations' | 'tryLock'> = {
    installations: app.store.installations,
    tryLock: (key) => {
      locks++
      return app.store.tryLock(key)
    },
  }
  const clientSecret = async (clientId: string) => {
    asked.push(clientId)
    return app.env.SLACK_CLIENT_SECRET ?? ''
  }
  const rotator = new TokenRotator(store, options(app, { clientSecret }))
  t.after(() => rotator.close())

  const tokens = await Promise.all(Array.from({ length: 100 }, () => rotator.accessToken(T1)))

  assert.equal(new Set(tokens).size, 1)
  assert.equal(exchanges(app), 1)
  assert.deepEqual(asked, [app.env.SLACK_CLIENT_ID])
  // One waits for the lock, not a hundred
  assert.equal(locks, 1)
})

test('two apps and the command at once make one exchange', async (t) => {
  const app = await installed(t)
  app.slack.inject({ method, kind: 'delay', seconds: 1, times: 1 })
  const program = () =>
    promisify(execFile)(
      process.execPath,
      [
        join(import.meta.dirname, 'rotator-main.ts'),
        ...[app.cli.db, app.slack.url, app.env.SLACK_CLIENT_ID ?? '', '20'],
      ],
      { env: { ...process.env, SLACK_CLIENT_SECRET: app.env.SLACK_CLIENT_SECRET } },
    )
  const [first, second, command] = await Promise.all([program(), program(), app.cli.run('token')])

  const tokens = [first, second, command].flatMap(({ stdout }) => stdout.trim().split('\n'))
  assert.equal(tokens.length, 41)
  assert.equal(new Set(tokens).size, 1)
  assert.ok(await works(app, tokens[0] ?? ''))
  assert.equal(exchanges(app), 1)
})

test('a TokenRotator keeps no token: what is installed or ended elsewhere counts at once', async (t) => {
  const app = await installed(t)
  const rotator = rotatorOf(t, app)
  await rotator.accessToken(T1)

  const again = await app.install({ scope: 'chat:write' })
  assert.equal(await rotator.accessToken(T1), again.bot?.token)

  assert.equal((await app.cli.run('revoke', '--bot', '--yes')).code, 0)
  await assert.rejects(rotator.accessToken(T1), { code: 'not_installed' })
})

test('while Slack fails, a valid token is handed out, Slack left alone for a while, and one warning given', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 120 })
  const warnings: string[] = []
  const rotator = rotatorOf(t, app, { warn: (message) => warnings.push(message) })
  const token = await rotator.accessToken(T1)
  app.slack.inject({ method, kind: 'error', error: 'fatal_error' })

  assert.equal(await rotator.accessToken(T1), token)
  const asked = exchanges(app)
  for (let call = 0; call < 5; call++) assert.equal(await rotator.accessToken(T1), token)

  assert.equal(exchanges(app), asked)
  assert.equal(warnings.length, 1)
  assert.match(
    warnings[0] ?? '',
    /^The token was not renewed, it is good until \S+Z: .*fatal_error/,
  )
})

test('of a refresh token that ends soon, an app hears once and not at every call', async (t) => {
  const app = await installed(t)
  const key = await botKey(app)
  const { bot } = await app.stored()
  assert.ok(bot)
  const [token, day] = ['xoxe.xoxb-1', Date.now() / 1000 + 24 * 3600]
  const next = { ...bot, token, expiresAt: day, isPublicClient: true, refreshTokenExpiresAt: day }
  assert.ok(await app.store.installations.replaceGrant(key, bot, next))
  const warnings: string[] = []
  const rotator = rotatorOf(t, app, { warn: (message) => warnings.push(message) })

  for (let call = 0; call < 3; call++) assert.equal(await rotator.accessToken(T1), token)

  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /^The refresh token of this public client \(PKCE\) ends at/)
})

test('a workspace has its own token beside that of its organization, and else that', async (t) => {
  const store = await openStore(':memory:')
  t.after(() => store.close())
  await store.installations.save(orgWide())
  await store.installations.save(installation({ enterprise: { id: 'E1' } }))
  const place = { enterpriseId: 'E1', teamId: 'T1' }

  assert.equal(await accessToken(store, place), 'xoxb-secret-1')
  assert.equal(await accessToken(store, { ...place, isEnterpriseInstall: true }), 'xoxb-org')
  assert.equal(await accessToken(store, { enterpriseId: 'E1' }), 'xoxb-org')
  assert.equal(await accessToken(store, { ...place, teamId: 'T2' }), 'xoxb-org')
  await assert.rejects(accessToken(store, { teamId: 'T2' }), { code: 'not_installed' })
})

test('the errors are those of the command', async (t) => {
  const app = await installed(t)
  const failing = (more: AccessTokenOptions, query = T1) =>
    accessToken(app.store, query, options(app, more))

  await assert.rejects(failing({}, { teamId: 'T404' }), { code: 'not_installed', exitCode: 3 })
  await assert.rejects(failing({ minTtlSeconds: Number.NaN }), { code: 'usage', exitCode: 2 })
  await assert.rejects(failing({ slackUrl: 'http://slack.test' }), { code: 'usage' })
  await assert.rejects(failing({ clientSecret: '' }), { code: 'missing_setting', exitCode: 2 })
  await assert.rejects(failing({ clientSecret: 'wrong' }), { code: 'invalid_client', exitCode: 4 })
  await assert.rejects(failing({ slackUrl: 'http://127.0.0.1:9' }), {
    code: 'slack_unavailable',
    exitCode: 5,
  })
  app.slack.inject({ method, kind: 'error', error: 'invalid_refresh_token', times: 1 })
  await assert.rejects(failing({}), { code: 'refresh_token_invalid', exitCode: 4 })
  const another = { ...(await app.stored()), clientId: '9.9' }
  await app.store.installations.save(another)
  await assert.rejects(failing({}), { code: 'ambiguous_installation', exitCode: 2 })
  await app.store.close()
  await assert.rejects(failing({}), { code: 'store_unavailable', exitCode: 6 })
})

test('a function that cannot give the secret is a warning while the token is valid', async (t) => {
  const app = await installed(t)
  app.slack.setLifetimes({ tokenLifetimeSeconds: 120 })
  const token = await accessToken(app.store, T1, options(app))
  const warnings: string[] = []
  const clientSecret = () => Promise.reject(new Error('the vault is shut'))
  const warn = (message: string) => warnings.push(message)

  assert.equal(await accessToken(app.store, T1, options(app, { clientSecret, warn })), token)
  assert.match(warnings.join(), /There is no client secret for the app/)
})

test('closing ends who waits for another process, and no later call begins', async (t) => {
  const app = await installed(t)
  const lock = await app.store.tryLock(await botKey(app))
  let tries = 0
  const tryLock: typeof app.store.tryLock = (key) => {
    tries += 1
    return app.store.tryLock(key)
  }
  const rotator = rotatorOf(t, { ...app, store: { ...app.store, tryLock } })
  const waiting = assert.rejects(rotator.accessToken(T1), { code: 'interrupted' })
  await until(() => tries > 1)

  await rotator.close()

  await waiting
  await assert.rejects(rotator.accessToken(T1), { code: 'interrupted' })
  await lock?.release()
  assert.equal(exchanges(app), 0)
})

test('closing lets a renewal under way end, and its pair is stored', async (t) => {
  const app = await installed(t, { refreshGraceSeconds: 0 })
  app.slack.inject({ method, kind: 'delay', seconds: 0.5, times: 1 })
  const rotator = new TokenRotator(app.store, options(app))
  const asking = rotator.accessToken(T1)
  await until(() => exchanges(app) > 0)

  await rotator.close()

  const token = (await app.stored()).bot?.token
  assert.equal(await asking, token)
  assert.ok(await works(app, token ?? ''))
})

test('the signal of an app ends a wait with its own reason', async (t) => {
  const app = await installed(t)
  const controller = new AbortController()
  app.slack.inject({ method, kind: 'status', status: 429, retryAfter: 20 })
  const asking = accessToken(app.store, T1, options(app, { signal: controller.signal }))
  await until(() => exchanges(app) > 0)
  const reason = new Error('the app shuts down')
  const startedAt = performance.now()
  controller.abort(reason)
  await assert.rejects(asking, (error) => error === reason)
  // Slack has done nothing yet that would have to be stored
  assert.ok(performance.now() - startedAt < 4_000)
})

test('a renewal of thirty tokens at once is no leak of listeners', async (t) => {
  const app = await installed(t)
  const warned: string[] = []
  const hear = ({ name }: Error) => void warned.push(name)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  const rotator = rotatorOf(t, app, { timeoutSeconds: 1 })
  const { clientId, bot } = await app.stored()
  assert.ok(bot)
  for (let n = 0; n < 30; n++) {
    const team = { id: `T${n}` }
    const user = { id: 'U1' }
    const more = { appId: 'A1', isEnterpriseInstall: false, installedAt: 1 }
    await app.store.installations.save({ clientId, team, user, bot, ...more })
  }
  app.slack.inject({ method, kind: 'delay', seconds: 0.3 })
  await Promise.allSettled(
    Array.from({ length: 30 }, (_, n) => rotator.accessToken({ teamId: `T${n}` })),
  )
  await sleep(10)
  assert.deepEqual(warned, [])
})

test('the secret is in no error and not in what is printed of a TokenRotator', async (t) => {
  const app = await installed(t)
  const clientSecret = 'a-secret-that-is-wrong'
  const rotator = rotatorOf(t, app, { clientSecret })
  const error = await rotator.accessToken(T1).catch((reason: unknown) => reason)

  assert.ok(error instanceof SlackOAuthError)
  const shown = inspect([error, rotator, app.store], { depth: 20, showHidden: true })
  assert.ok(!shown.includes(clientSecret))
  const { bot } = await app.stored()
  assert.ok(bot?.refreshToken && !inspect(error, { depth: 20 }).includes(bot.refreshToken))
})

test('the example in the README prints a token that works, in plain JavaScript', async (t) => {
  const app = await installed(t)
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, example = ''] = /```js\n([^`]*new TokenRotator[^`]*)```/.exec(readme) ?? []
  const here: readonly [string, string][] = [
    ["'slack-oauth'", JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')))],
    ["'installations.db'", JSON.stringify(app.cli.db)],
    ['123.456', app.env.SLACK_CLIENT_ID ?? ''],
    ['T0123ABCD', 'T0SANDBOX01'],
    ['SLACK_CLIENT_SECRET }', `SLACK_CLIENT_SECRET, slackUrl: '${app.slack.url}' }`],
  ]
  const script = here.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), from)
    return text.replace(from, to)
  }, example)

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', `${script}\nconsole.log(token)`],
    { env: app.env },
  )

  assert.equal(exchanges(app), 1)
  assert.ok(await works(app, stdout.trim()))
})
