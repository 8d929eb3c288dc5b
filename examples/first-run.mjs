// The main job in one go, with no Slack at all: a sandbox, an install, a token. `npm run try` runs it.
// Where a browser can be opened you press Allow yourself; elsewhere this script does it for you.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

const bin = join(import.meta.dirname, '../bin/slack-oauth.cjs')
const home = await mkdtemp(join(tmpdir(), 'slack-oauth-try-'))
const redirectUri = `http://localhost:${await freePort()}/slack/oauth_redirect`
const env = { ...process.env, SLACK_OAUTH_DB: join(home, 'installations.db') }
let sandbox

try {
  sandbox = start('sandbox', '--port', '0', '--redirect-uri', redirectUri)
  Object.assign(env, parseEnv(await firstLines(sandbox, /SLACK_REDIRECT_URI=.+\n/)))

  const install = start('install', '--scopes', 'chat:write,channels:read')
  let said = ''
  install.stderr.on('data', (text) => {
    said += text
    const [url] = /^http\S+\/oauth\/v2\/authorize\?\S+$/m.exec(said) ?? []
    if (url === undefined || !said.includes('Open this URL')) return
    said = ''
    pressAllow(url)
  })
  await ended(install)
  await ended(start('list'))
  await ended(start('token'))
} finally {
  sandbox?.kill()
  await rm(home, { recursive: true, force: true })
}

/** Starts the command line as a shell would, and shows what it says. */
function start(...args) {
  console.error(`\n$ slack-oauth ${args.join(' ')}`)
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8').pipe(process.stdout, { end: false })
  child.stderr.setEncoding('utf8').pipe(process.stderr, { end: false })
  return child
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))))
  })
}

function firstLines(child, until) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (more) => {
      text += more
      if (until.test(text)) resolve(text)
    })
    child.once('close', () => reject(new Error('the sandbox did not start')))
  })
}

/** What a person does on the consent page; the form repeats the parameters of its URL. */
async function pressAllow(url) {
  console.error('(no browser here: this script presses Allow)')
  const form = new URLSearchParams(new URL(url).search)
  form.set('decision', 'allow')
  await fetch(url.split('?')[0], { method: 'POST', body: form })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
