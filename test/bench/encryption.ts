// What a lookup costs in a sealed store, against one in the clear with the same rows, in turns of a moment
// each in one run; and the same of a renewal and a save, whose writes are each on the disk before the next.
//   npm run bench -- encryption [10000]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newStoreKey, storeKeyText } from '../../src/store/encryption/store-key.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { installation } from '../support/stored.ts'

const SIZE = Number(process.argv[2] ?? 10_000)
const SLICES = 20
const SLICE_SECONDS = 0.3

const key = newStoreKey()
const team = (index: number) => `T${String(index).padStart(7, '0')}`
const place = (index: number) => ({ clientId: '1.2', teamId: team(index) })

/** With every secret there can be: two rotating tokens and a webhook. */
const full = (index: number) =>
  installation({
    team: { id: team(index), name: 'Acme' },
    bot: {
      ...{ token: `xoxe.xoxb-1-${'a'.repeat(60)}`, refreshToken: `xoxe-1-${'b'.repeat(140)}` },
      ...{ id: 'B1', userId: 'U9', scopes: ['chat:write'], expiresAt: 2e9 },
    },
    user: {
      id: 'U1',
      grant: {
        ...{ token: `xoxe.xoxp-1-${'c'.repeat(60)}`, refreshToken: `xoxe-1-${'d'.repeat(140)}` },
        ...{ scopes: ['search:read'], expiresAt: 2e9 },
      },
    },
    incomingWebhook: { url: `https://hooks.slack.com/services/T1/B1/${'e'.repeat(24)}` },
  })

function* everything() {
  for (let index = 0; index < SIZE; index++) yield full(index)
}

let serial = 0

const works: Record<string, (store: Store, index: number) => Promise<unknown>> = {
  'installation of a workspace': ({ installations }, index) =>
    installations.findInstallation(place(index)),
  'bot of a workspace': ({ installations }, index) => installations.findBot(place(index)),
  'replace a token': async ({ installations }, index) => {
    const bot = await installations.findBot(place(index))
    if (!bot) throw new Error('it is gone')
    // Another one: SQLite writes nothing where nothing changes
    const next = { ...bot, token: `xoxe.xoxb-1-${String(serial++).padStart(60, '0')}` }
    await installations.replaceGrant({ ...place(index), isEnterpriseInstall: false }, bot, next)
  },
  'save an installation': ({ installations }, index) => installations.save(full(index)),
}

const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-bench-'))
try {
  const stores: Store[] = []
  for (const name of ['clear', 'sealed']) {
    const store = await openStore(join(folder, `${name}.db`), { key: storeKeyText(key) })
    await store.installations.merge(everything())
    stores.push(store)
  }
  const began = performance.now()
  const sealed = await stores[1]?.encryption.seal(key)
  const seconds = (performance.now() - began) / 1000
  console.log(`${SIZE} installations, ${sealed} secrets sealed in ${seconds.toFixed(1)} s`)
  for (const [what, work] of Object.entries(works)) {
    const rates = [0, 0].map(() => ({ done: 0, seconds: 0 }))
    for (let slice = 0; slice <= SLICES; slice++) {
      for (const [index, store] of stores.entries()) {
        const rate = rates[index]
        const startedAt = performance.now()
        let done = 0
        for (; performance.now() - startedAt < SLICE_SECONDS * 1000; done++) {
          await work(store, Math.floor(Math.random() * SIZE))
        }
        // The first warms up
        if (!rate || slice === 0) continue
        rate.done += done
        rate.seconds += (performance.now() - startedAt) / 1000
      }
    }
    const [clear = 0, shut = 0] = rates.map((rate) => rate.done / rate.seconds)
    console.log(
      what.padEnd(30),
      `${Math.round(clear)}/s clear, ${Math.round(shut)}/s sealed, ratio ${(clear / shut).toFixed(2)}`,
    )
  }
  for (const store of stores) await store.close()
} finally {
  await rm(folder, { recursive: true, force: true })
}
