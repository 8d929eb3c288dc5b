// What a start costs, ours and others' that print the same token: whole processes, 20 alternating runs
// each, medians and their ratios. `npm run bench -- start-up [RUNS]`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import oauth from '@slack/oauth'
import { openStore } from '../../dist/index.js'
import { machine, median, timed } from './processes.mjs'

const RUNS = Number(process.argv[2] ?? 20)
const TOKEN = 'xoxb-bench'
const PYTHON_SDK = "Slack's Python SDK"
const SHELL = 'sqlite3, the shell'
const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-bench-'))
const db = join(folder, 'installations.db')
const here = (path) => join(import.meta.dirname, path)
const bin = here('../../bin/slack-oauth.cjs')

const store = await openStore(db)
await store.installations.save({
  clientId: '1.2',
  appId: 'A1',
  team: { id: 'T1', name: 'Acme' },
  bot: { token: TOKEN, id: 'B1', userId: 'U9', scopes: ['chat:write'] },
  user: { id: 'U1' },
  isEnterpriseInstall: false,
  installedAt: Date.now() / 1000,
})
await store.close()
await new oauth.FileInstallationStore({ baseDir: folder, clientId: '1.2' }).storeInstallation({
  team: { id: 'T1', name: 'Acme' },
  enterprise: undefined,
  bot: { token: TOKEN, id: 'B1', userId: 'U9', scopes: ['chat:write'] },
  user: { id: 'U1', token: undefined, scopes: undefined },
})

const node = process.execPath
const succeeds = (file, ...args) => spawnSync(file, args).status === 0
const printers = {
  'bare script': [node, here('peers/bare.cjs'), db],
  'slack-oauth token': [node, bin, 'token', '--db', db],
  '@slack/oauth, file store': [node, here('peers/file-store.cjs'), folder],
  ...(succeeds('python3', '-c', 'import slack_sdk') && {
    [PYTHON_SDK]: ['python3', here('peers/python-sdk.py'), db],
  }),
  ...(succeeds('sqlite3', '--version') && {
    [SHELL]: ['sqlite3', db, 'select bot_token from slack_bots'],
  }),
}
for (const [name, [file, ...args]] of Object.entries(printers)) {
  const printed = execFileSync(file, args, { encoding: 'utf8' })
  if (printed !== `${TOKEN}\n`) throw new Error(`${name} printed ${printed}`)
}
const times = timed(
  {
    'node -e 0': [node, '-e', '0'],
    ...printers,
    'slack-oauth exec -- true': [node, bin, 'exec', '--db', db, '--', 'true'],
    'slack-oauth --version': [node, bin, '--version'],
    'slack-oauth --help': [node, bin, '--help'],
  },
  RUNS,
)
rmSync(folder, { recursive: true })

const ratio = (name, base) =>
  median(times[name].map((time, run) => time / times[base][run])).toFixed(2)
const absent = [PYTHON_SDK, SHELL].filter((name) => !(name in times))
console.log(machine())
console.table({
  ...Object.fromEntries(
    Object.keys(times).map((name) => [
      name,
      {
        'median ms': median(times[name]).toFixed(1),
        'to node -e 0': ratio(name, 'node -e 0'),
        'to the bare script': ratio(name, 'bare script'),
      },
    ]),
  ),
  ...Object.fromEntries(absent.map((name) => [name, { 'median ms': 'not installed' }])),
})
