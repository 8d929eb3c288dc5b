import { spawn } from 'node:child_process'
import { startSandbox } from '../../src/sandbox/sandbox.ts'
import { freePort } from './free-port.ts'
import { consent, look } from './person.ts'
import { BIN } from './temp-cli.ts'

// Runs inside a network namespace: an installation by the real command line, from a sandbox that is
// there as well, and then what doctor makes of the machine. Prints one JSON document.

const [home = ''] = process.argv.slice(2)
const isIpv6 = (await import('node:os')).networkInterfaces().lo?.[0]?.family === 'IPv6'
const port = await freePort(isIpv6 ? '::1' : '127.0.0.1')
const redirectUri = `http://localhost:${port}/callback`
const slack = await startSandbox({ apps: [{ redirectUris: [redirectUri] }] })
const [{ clientId, clientSecret } = { clientId: '', clientSecret: '' }] = slack.apps
const env = {
  PATH: process.env.PATH ?? '',
  HOME: home,
  BROWSER: 'none',
  SLACK_CLIENT_ID: clientId,
  SLACK_CLIENT_SECRET: clientSecret,
  SLACK_OAUTH_SLACK_URL: slack.url,
  SLACK_REDIRECT_URI: redirectUri,
}

const install = await run(
  ['install', '--scopes', 'chat:write', '--timeout', '60'],
  async (said) => {
    const [url] = /^http:\S+\/oauth\/v2\/authorize\?\S+$/m.exec(said) ?? []
    if (url === undefined || !said.includes('Waiting for you')) return false
    await look(await consent(url))
    return true
  },
)
const token = await run(['token'])
const doctor = await run(['doctor', '--json'])
await slack.close()
process.stdout.write(JSON.stringify({ install, token, doctor }))

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** @param visit called with what was said so far, until it has done what there is to do */
async function run(
  args: readonly string[],
  visit: (said: string) => Promise<boolean> = async () => true,
): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  let visiting: Promise<boolean> | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
    const before = visiting ?? Promise.resolve(false)
    visiting = before.then((done) => done || visit(said.stderr))
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  await visiting
  return { code, ...said }
}
