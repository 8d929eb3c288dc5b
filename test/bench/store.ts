// Lookups, saves and renewals a second in a store of 1, 10,000 and 1,000,000 installations, beside what
// better-sqlite3 does with the same statements prepared by hand. Every write is on the disk before the next
// begins (WAL, synchronous=full), so those go by the disk.
//   npm run bench -- store [1000,100000]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TokenGrant } from '../../src/slack/installation.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { installation } from '../support/stored.ts'
import { type ByHand, byHand } from './by-hand.ts'
import { APP, fill, id } from './fill.ts'

const SIZES = (process.argv[2] ?? '1,10000,1000000').split(',').map(Number)
const SLICES = 10
const SLICE_SECONDS = 0.3

/** How often a second two ways are gone, in turns of a moment each: what else the machine does hits both. */
async function perSecond(size: number, ways: readonly [Work, Work]): Promise<[number, number]> {
  const [turns, seconds]: [number[], number[]] = [
    [0, 0],
    [0, 0],
  ]
  for (let slice = 0; slice < SLICES; slice++) {
    for (const [way, work] of ways.entries()) {
      const startedAt = performance.now()
      const elapsed = () => (performance.now() - startedAt) / 1000
      let done = 0
      for (; elapsed() < SLICE_SECONDS; done++) await work(random(size))
      // Compilers and caches need the first to get warm
      if (slice === 0) continue
      turns[way] = (turns[way] ?? 0) + done
      seconds[way] = (seconds[way] ?? 0) + elapsed()
    }
  }
  const rate = (way: number) => (turns[way] ?? 0) / (seconds[way] ?? 1)
  return [rate(0), rate(1)]
}

const random = (size: number) => Math.floor(Math.random() * size)

type Work = (index: number) => unknown

/** Each thing that is measured: by the store, and by hand. */
function pairs(store: Store, raw: ByHand): readonly (readonly [what: string, Work, Work])[] {
  const { installations } = store
  const place = (index: number) => ({ clientId: APP, teamId: id('T', index) })
  const tokens = new Map<number, TokenGrant>()
  const renewed = (index: number, number: number): TokenGrant => ({
    token: `xoxb-${index}-${number}`,
    scopes: ['chat:write'],
  })
  let serial = 0
  return [
    [
      'lookup by workspace',
      (index) => installations.findInstallation(place(index)),
      (index) => raw.installation(APP, id('T', index)),
    ],
    [
      'lookup by member',
      (index) => installations.findInstallation({ ...place(index), userId: id('U', index) }),
      (index) => raw.ofMember(APP, id('T', index), id('U', index)),
    ],
    [
      'lookup of the bot',
      (index) => installations.findBot(place(index)),
      (index) => raw.bot(APP, id('T', index)),
    ],
    [
      'replaceGrant',
      async (index) => {
        const current = tokens.get(index) ?? (await installations.findBot(place(index)))
        const next = renewed(index, serial++)
        const key = { ...place(index), isEnterpriseInstall: false }
        if (!current || !(await installations.replaceGrant(key, current, next))) {
          throw new Error('a token was not replaced')
        }
        tokens.set(index, next)
      },
      (index) => {
        const next = renewed(index, serial++)
        raw.replaceBotToken(APP, id('T', index), next.token)
        tokens.set(index, next)
      },
    ],
    [
      'save',
      (index) =>
        installations.save(
          installation({
            team: { id: id('T', index), name: `Team ${index}` },
            user: { id: id('U', index), grant: { token: 'xoxp-2', scopes: ['search:read'] } },
          }),
        ),
      (index) => raw.save(APP, id('T', index), id('U', index)),
    ],
  ]
}

const cell = (value: unknown, width = 14) => String(value).padStart(width)
const number = (value: number) => Math.round(value).toLocaleString('en')

const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-bench-'))
try {
  for (const size of SIZES) {
    const path = join(folder, `${size}.db`)
    await (await openStore(path)).close()
    fill(path, size)
    const store = await openStore(path)
    const raw = byHand(path)
    console.log(`\n${number(size)} installation${size === 1 ? '' : 's'}`)
    console.log(''.padEnd(24), cell('slack-oauth/s'), cell('by hand/s'), cell('ratio', 8))
    for (const [what, ours, theirs] of pairs(store, raw)) {
      const [mine, hand] = await perSecond(size, [ours, theirs])
      console.log(
        what.padEnd(24),
        cell(number(mine)),
        cell(number(hand)),
        cell((hand / mine).toFixed(1), 8),
      )
    }
    raw.close()
    await store.close()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
