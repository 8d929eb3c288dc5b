// The memory of what waits: a bare HTTP server of Node's, `serve`, and `install` before its person comes
// back; each alone, in turns, medians.
//   npm run bench -- idle [ROUNDS SECONDS]
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../dist/sandbox.js'
import { freePort } from '../support/free-port.ts'
import { env, machine, median } from './processes.mjs'

const ROUNDS = Number(process.argv[2] ?? 5)
/** After the last word of a start: by then V8 has given back what only the start took. */
const SECONDS = Number(process.argv[3] ?? 15)
const KB = 1024

const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-bench-'))
const bin = join(import.meta.dirname, '../../bin/slack-oauth.cjs')
const redirectUri = `http://localhost:${await freePort()}/slack/oauth_redirect`
const slack = await startSandbox({ apps: [{ redirectUris: [redirectUri] }] })
const [app] = slack.apps
const settings = {
  ...env,
  SLACK_CLIENT_ID: app.clientId,
  SLACK_CLIENT_SECRET: app.clientSecret,
  SLACK_SIGNING_SECRET: app.signingSecret,
  SLACK_SCOPES: 'chat:write',
  SLACK_REDIRECT_URI: redirectUri,
  SLACK_OAUTH_SLACK_URL: slack.url,
  SLACK_OAUTH_DB: join(folder, 'installations.db'),
}

const bare = `require('node:http').createServer().listen(0, '127.0.0.1', () => console.error('ready'))`
/** Each with what it says last before it waits. */
const servers = {
  'bare server': [/ready/, '-e', bare],
  serve: [/request URLs/, bin, 'serve'],
  install: [/Waiting for you/, bin, 'install', '--no-browser'],
}

const used = Object.fromEntries(Object.keys(servers).map((name) => [name, []]))
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [ready, ...args]] of Object.entries(servers)) {
      used[name].push(await idleMemory(ready, args))
    }
  }
} finally {
  await slack.close()
  rmSync(folder, { recursive: true })
}

console.log(`${machine()}; MB, ${SECONDS} s after the start`)
console.table(
  Object.fromEntries(
    Object.entries(used).map(([name, runs]) => [
      name,
      Object.fromEntries(
        Object.keys(runs[0]).map((kind) => [
          kind,
          (median(runs.map((run) => run[kind])) / KB).toFixed(1),
        ]),
      ),
    ]),
  ),
)

async function idleMemory(ready, args) {
  const child = spawn(process.execPath, args, {
    env: settings,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  try {
    const waits = new Promise((resolve) => {
      child.stderr.on('data', (text) => {
        said += text
        if (ready.test(said)) resolve()
      })
    })
    await Promise.race([waits, ended])
    await Promise.race([sleep(SECONDS * 1000), ended])
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended: ${said}`)
    return memory(child.pid)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** Kilobytes. Of RSS, most is Node's own file, which all its processes share; `own` is what is not. */
function memory(pid) {
  const rollup = `/proc/${pid}/smaps_rollup`
  if (!existsSync(rollup)) {
    return { RSS: Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) }
  }
  const text = readFileSync(rollup, 'utf8')
  const of = (field) => Number(new RegExp(`^${field}: +(\\d+)`, 'm').exec(text)?.[1])
  return { RSS: of('Rss'), PSS: of('Pss'), own: of('Private_Dirty') }
}
