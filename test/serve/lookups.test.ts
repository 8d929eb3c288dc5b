import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore, type Store } from '../../src/index.ts'
import { createLookups } from '../../src/serve/tokens.ts'
import { installation, orgWide } from '../support/stored.ts'

/** Lookups in a store with workspace T1, and the same file as another process has it open. */
async function opened(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-lookups-'))
  const path = join(folder, 'installations.db')
  const [store, other] = [await openStore(path), await openStore(path)]
  t.after(async () => {
    await Promise.all([store.close(), other.close()])
    await rm(folder, { recursive: true, force: true })
  })
  await store.installations.save(installation())
  const lookup = createLookups(store, '1.2')
  const token = async (teamId = 'T1') => (await lookup({ teamId }))?.grant.token
  return { store, other, lookup, token }
}

const key = { clientId: '1.2', teamId: 'T1', isEnterpriseInstall: false }

for (const who of ['store', 'other'] as const) {
  const by = who === 'store' ? 'this process' : 'another process'
  const change = (name: string, work: (store: Store) => Promise<unknown>, after?: string) =>
    test(`what ${by} has ${name} is not served from memory`, async (t) => {
      const { token, ...stores } = await opened(t)
      for (let look = 0; look < 3; look++) assert.equal(await token(), 'xoxb-secret-1')
      await work(stores[who])
      for (let look = 0; look < 3; look++) assert.equal(await token(), after)
    })
  const { bot } = installation()
  if (!bot) throw new Error('no bot')
  const next = { ...bot, token: 'xoxb-renewed' }
  change('deleted', ({ installations }) => installations.deleteAll(key))
  change('deleted the bot of', ({ installations }) => installations.deleteBot(key))
  change('renewed', ({ installations }) => installations.replaceGrant(key, bot, next), next.token)
  change(
    'installed again',
    ({ installations }) => installations.save(installation({ bot: next })),
    next.token,
  )
}

test('a store is read once for as long as nothing changes', async (t) => {
  const { store } = await opened(t)
  let reads = 0
  const findInstallation: Store['installations']['findInstallation'] = (query) => {
    reads++
    return store.installations.findInstallation(query)
  }
  const counted = { ...store, installations: { ...store.installations, findInstallation } }
  const lookup = createLookups(counted, '1.2')
  for (let look = 0; look < 5; look++) await lookup({ teamId: 'T1' })
  assert.equal(reads, 1)

  const { revision: _, ...silent } = counted
  const each = createLookups(silent, '1.2')
  for (let look = 0; look < 5; look++) await each({ teamId: 'T1' })
  assert.equal(reads, 6)
})

test('who asks for another place, member or kind gets their own', async (t) => {
  const { store, lookup } = await opened(t)
  await store.installations.save(orgWide())
  const ids = { enterpriseId: 'E1', teamId: 'T1' }
  assert.equal((await lookup({ teamId: 'T1' }))?.grant.token, 'xoxb-secret-1')
  assert.equal((await lookup({ ...ids, isEnterpriseInstall: true }))?.grant.token, 'xoxb-org')
  assert.equal(await lookup({ teamId: 'T1', userId: 'U1', isForUser: true }), undefined)
  assert.equal((await lookup({ teamId: 'T1', userId: 'U1' }))?.grant.token, 'xoxb-secret-1')
})
