// Signed events a second, with lookup among 10,000 installations: `slack-oauth serve`, an app of Bolt
// for JavaScript on the same store, and a bare server that does the HMAC and the lookup alone; in
// turns, the median of the rounds. Ends non-zero below twice Bolt's or 85 % of the bare server's.
//   npm run bench -- serve [EVENTS ROUNDS]      npm run bench -- serve million
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import autocannon from 'autocannon'
import { type Installation, openStore, SignatureVerifier } from '../../src/index.ts'
import { freePort } from '../support/free-port.ts'

const CONNECTIONS = 20
const TEAMS = 10_000
/** By then the code that is run often is compiled. */
const WARM_UP = 10_000
const env = {
  ...process.env,
  SLACK_CLIENT_ID: '1.2',
  SLACK_CLIENT_SECRET: 'client-secret',
  SLACK_SIGNING_SECRET: 'signing-secret',
}
const verifier = new SignatureVerifier({ signingSecret: env.SLACK_SIGNING_SECRET })
const isMillion = process.argv[2] === 'million'
const events = Number(isMillion ? 100_000 : (process.argv[2] ?? 20_000))
const rounds = Number(process.argv[3] ?? 3)

/** Each event is another, or it would be a duplicate, which costs no lookup. */
let count = 0

const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-bench-'))
const db = join(folder, 'installations.db')
await fill()

const bench = (name: string) => [resolve(import.meta.dirname, `serve-${name}.ts`)]
const bin = resolve(import.meta.dirname, '../../bin/slack-oauth.cjs')
const servers = {
  serve: (port: number) => [
    bin,
    'serve',
    '--db',
    db,
    '--scopes',
    'chat:write',
    '--listen',
    `${port}`,
  ],
  bolt: (port: number) => [...bench('bolt'), db, `${port}`],
  bare: (port: number) => [...bench('bare'), db, `${port}`],
}
type Name = keyof typeof servers
const names: readonly Name[] = ['serve', 'bolt', 'bare']

try {
  if (isMillion) await million()
  else await compare()
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function compare(): Promise<void> {
  const runs: Record<Name, { rate: number; p99: number; cpu: number }[]> = {
    serve: [],
    bolt: [],
    bare: [],
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      await serving(name, async (port, child) => {
        await load(port, WARM_UP)
        const before = await cpuSeconds(child)
        const { requests, latency } = await load(port, events)
        const cpu = (((await cpuSeconds(child)) - before) / requests.total) * 1e6
        runs[name].push({ rate: requests.average, p99: latency.p99, cpu })
        console.log(
          `${name.padEnd(6)} ${requests.average.toFixed(0)} a second, p99 ${latency.p99} ms`,
        )
      })
    }
  }
  const rate = (name: Name) => median(runs[name].map((run) => run.rate))
  for (const name of names) {
    const p99 = median(runs[name].map((run) => run.p99))
    const cpu = median(runs[name].map((run) => run.cpu)).toFixed(0)
    console.log(
      `${name.padEnd(6)} median ${rate(name).toFixed(0)} a second, p99 ${p99} ms, ${cpu} µs of CPU each`,
    )
  }
  const [overBolt, ofBare] = [rate('serve') / rate('bolt'), rate('serve') / rate('bare')]
  console.log(
    `${overBolt.toFixed(2)} times Bolt, ${(ofBare * 100).toFixed(0)} % of the bare server`,
  )
  if (overBolt < 2 || ofBare < 0.85) process.exitCode = 1
}

async function million(): Promise<void> {
  await serving('serve', async (port, child) => {
    for (let sent = 0; sent < 1_000_000; sent += events) {
      const { requests } = await load(port, events)
      const memory = await residentMegabytes(child)
      console.log(`${sent + events} events, ${requests.average.toFixed(0)} a second, ${memory} MB`)
    }
  })
}

async function load(port: number, amount: number) {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/slack/events`,
    connections: CONNECTIONS,
    amount,
    requests: [
      {
        method: 'POST',
        setupRequest(request) {
          const body = eventBody(count++)
          const timestamp = String(Math.floor(Date.now() / 1000))
          const headers = {
            'content-type': 'application/json',
            'x-slack-request-timestamp': timestamp,
            'x-slack-signature': verifier.generate({ timestamp, body }),
          }
          return { ...request, headers, body }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
  }
  return result
}

function eventBody(index: number): string {
  const team_id = teamId(index % TEAMS)
  return JSON.stringify({
    token: 'token',
    team_id,
    api_app_id: 'A1',
    event: {
      type: 'app_mention',
      user: 'U0123ABCD',
      text: '<@U0LAN0Z89> is it everything a river should be?',
      ts: '1515449522.000016',
      channel: 'C0123ABCD',
      event_ts: '1515449522000016',
    },
    type: 'event_callback',
    event_id: `Ev${index.toString(36).toUpperCase()}`,
    event_time: 1515449522,
    authorizations: [
      { enterprise_id: null, team_id, user_id: 'U9', is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: 'EC12345',
  })
}

async function serving(
  name: Name,
  work: (port: number, child: ChildProcess) => Promise<void>,
): Promise<void> {
  const port = await freePort()
  const isOurs = name === 'serve'
  const child = spawn(process.execPath, servers[name](port), {
    env,
    // Its log goes where logs go: into a file
    stdio: ['ignore', isOurs ? 'ignore' : 'pipe', isOurs ? 'pipe' : 'inherit'],
  })
  try {
    await new Promise<void>((ready, fail) => {
      const output = isOurs ? child.stderr : child.stdout
      output?.on('data', (text) => /ready|request URLs/.test(String(text)) && ready())
      child.once('exit', () => fail(new Error(`${name} ended`)))
    })
    await work(port, child)
  } finally {
    child.removeAllListeners('exit')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}

async function fill(): Promise<void> {
  const store = await openStore(db)
  const all = Array.from(
    { length: TEAMS },
    (_, index): Installation => ({
      clientId: env.SLACK_CLIENT_ID,
      appId: 'A1',
      team: { id: teamId(index), name: `Team ${index}` },
      bot: { token: `xoxb-${index}`, id: `B${index}`, userId: 'U9', scopes: ['chat:write'] },
      user: { id: 'U0123ABCD' },
      isEnterpriseInstall: false,
      tokenType: 'bot',
      installedAt: 1_700_000_000 + index,
    }),
  )
  await store.installations.merge(all)
  await store.close()
}

function teamId(index: number): string {
  return `T${String(index).padStart(8, '0')}`
}

/** Of all its threads: what a busy machine does not change. Linux counts hundredths. */
async function cpuSeconds({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function residentMegabytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}
