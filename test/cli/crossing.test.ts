import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { installationStore } from '../../src/bolt.ts'
import { saveInstallation } from '../../src/flows/authorize/save-installation.ts'
import { openStore, type Store } from '../../src/index.ts'
import type { GrantKey } from '../../src/store/installation-store.ts'
import { botKey, type Installed, installed, works } from '../support/installed.ts'
import { consent, decide, look, printedUrl } from '../support/person.ts'
import { exchanges } from '../support/renewal-round.ts'
import { ofMember } from '../support/stored.ts'
import { until } from '../support/until.ts'

/** An install that has come back from Slack, and waits for a lock that this test has. */
async function waitingForLock(t: TestContext, app: Installed, key: GrantKey) {
  const lock = await app.store.tryLock(key)
  assert.ok(lock)
  t.after(() => lock.release())
  const command = app.cli.start('install', '--scopes', 'chat:write', '--user-scopes', 'search:read')
  void decide(command).catch(() => undefined)
  await command.waitFor(/^Waiting for another process that renews one of its tokens$/m)
  return { command, lock }
}

describe('install and renewal', { concurrency: true }, () => {
  for (const whose of ['the bot', 'a member'] as const) {
    test(`an install waits for whoever renews the token of ${whose}`, async (t) => {
      const app = await installed(t)
      const before = await app.stored()
      const place = await botKey(app)
      const key = whose === 'the bot' ? place : { ...place, userId: before.user.id }
      const { command, lock } = await waitingForLock(t, app, key)
      assert.deepEqual(await app.stored(), before)

      await lock.release()

      const { code, stderr } = await command.finished
      assert.equal(code, 0, stderr)
      assert.notEqual((await app.stored()).bot?.token, before.bot?.token)
    })
  }

  test('an install while a renewal waits for Slack is stored after the renewal, and over it', async (t) => {
    const app = await installed(t)
    app.slack.inject({ method: 'oauth.v2.access', kind: 'delay', seconds: 1.5, times: 1 })
    const install = app.cli.start('install', '--scopes', 'chat:write')
    const url = await printedUrl(install)
    const renewal = app.cli.start('token', '--bot')
    await until(() => exchanges(app) > 0)
    await look(await consent(url))

    const [renewed, reinstalled] = await Promise.all([renewal.finished, install.finished])

    assert.deepEqual([renewed.code, reinstalled.code], [0, 0])
    const stored = (await app.stored()).bot?.token ?? ''
    assert.notEqual(stored, renewed.stdout.trim())
    assert.ok(await works(app, stored))
    assert.ok(await works(app, renewed.stdout.trim()))
  })

  test('a lock that cannot be had in time does not lose what was installed', async (t) => {
    const app = await installed(t)
    const before = await app.stored()
    const { command } = await waitingForLock(t, app, await botKey(app))

    const { code, stderr } = await command.finished

    assert.equal(code, 0, stderr)
    const token = (await app.stored()).bot?.token ?? ''
    assert.notEqual(token, before.bot?.token)
    assert.ok(await works(app, token))
  })

  test('Ctrl-C ends the wait for the lock, and what was installed is stored', async (t) => {
    const app = await installed(t)
    const before = await app.stored()
    const { command } = await waitingForLock(t, app, await botKey(app))

    command.child.kill('SIGINT')
    const { code, stdout } = await command.finished

    assert.equal(code, 130)
    assert.match(stdout, /^Installed in /)
    assert.notEqual((await app.stored()).bot?.token, before.bot?.token)
  })

  test('installs of two members at once wait for each other, and not for ever', async (t) => {
    const app = await installed(t)
    const other = await openStore(app.cli.db)
    t.after(() => other.close())
    let taken = 0
    const counting = (store: Store) => ({
      installations: store.installations,
      async tryLock(key: GrantKey) {
        const lock = await store.tryLock(key)
        if (lock) taken++
        return lock
      },
    })

    const saves = Array.from({ length: 6 }, (_, n) =>
      saveInstallation(
        {
          store: counting(n % 2 === 0 ? app.store : other),
          slack: { signal: new AbortController().signal },
        },
        ofMember(`U${n % 4}`, `xoxp-${n}`),
      ),
    )
    await Promise.all(saves)

    // A deadlock would end in the time-out of one of the two locks
    assert.equal(taken, 12)
    const names = await readdir(dirname(app.cli.db))
    assert.deepEqual(
      names.filter((name) => name.includes('-lock-')),
      [],
    )
  })

  test('what Bolt stores waits for a renewal, and does not undo it', async (t) => {
    const app = await installed(t)
    const { user, ...before } = await app.stored()
    const key = { ...(await botKey(app)), userId: user.id }
    assert.ok(user.grant)
    const bolt = installationStore({ db: app.cli.db, clientId: before.clientId })
    const stale = await bolt.fetchInstallation({ ...key, enterpriseId: undefined })
    const lock = await app.store.tryLock(key)
    let isStored = false
    const storing = bolt.storeInstallation(stale).then(() => {
      isStored = true
    })
    // By the time that one begun later is stored, this one would be, if it did not wait
    for (const id of ['T0LATER1', 'T0LATER2']) {
      await bolt.storeInstallation({ ...stale, team: { id } })
    }
    assert.equal(isStored, false)

    const renewed = { ...user.grant, token: 'xoxe.xoxp-new', expiresAt: 2_000_000_000 }
    assert.ok(await app.store.installations.replaceGrant(key, user.grant, renewed))
    await lock?.release()
    await storing

    assert.equal((await app.stored()).user.grant?.token, renewed.token)
  })
})
