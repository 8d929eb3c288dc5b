// What a start costs: whole processes, 20 alternating runs each, medians and their ratios. `npm run bench`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../dist/index.js'

const RUNS = Number(process.argv[2] ?? 20)
const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-bench-'))
const db = join(folder, 'installations.db')
const bin = join(import.meta.dirname, '../../bin/slack-oauth.cjs')

const store = await openStore(db)
await store.installations.save({
  clientId: '1.2',
  appId: 'A1',
  team: { id: 'T1', name: 'Acme' },
  bot: { token: 'xoxb-bench', id: 'B1', userId: 'U9', scopes: ['chat:write'] },
  user: { id: 'U1' },
  isEnterpriseInstall: false,
  installedAt: Date.now() / 1000,
})
await store.close()

// The limit: opens the file with the same driver and prints the token
const bare = join(folder, 'bare.cjs')
const driver = createRequire(import.meta.url).resolve('better-sqlite3')
writeFileSync(
  bare,
  `const db = new (require(${JSON.stringify(driver)}))(process.argv[2])
console.log(db.prepare('select bot_token from slack_bots').pluck().get())\n`,
)

const commands = {
  'node -e 0': ['-e', '0'],
  'bare script': [bare, db],
  'slack-oauth token': [bin, 'token', '--db', db],
  'slack-oauth --version': [bin, '--version'],
  'slack-oauth --help': [bin, '--help'],
}

// It alone adds 50 ms or more to each start of Node 20
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
for (let run = 0; run <= RUNS; run++) {
  for (const [name, args] of Object.entries(commands)) {
    const start = process.hrtime.bigint()
    const { status } = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    if (status !== 0) throw new Error(`${name}: exit ${status}`)
    // The first round only warms the disk cache
    if (run > 0) times[name].push(Number(process.hrtime.bigint() - start) / 1e6)
  }
}
rmSync(folder, { recursive: true })

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const ratio = (name, base) =>
  median(times[name].map((time, run) => time / times[base][run])).toFixed(2)
console.table(
  Object.fromEntries(
    Object.keys(commands).map((name) => [
      name,
      {
        'median ms': median(times[name]).toFixed(1),
        'to node -e 0': ratio(name, 'node -e 0'),
        'to the bare script': ratio(name, 'bare script'),
      },
    ]),
  ),
)
