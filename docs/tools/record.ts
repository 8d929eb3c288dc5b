// Records the first minute on the sandbox as an SVG that moves: `npm run record` writes docs/first-minute.svg.
// Real commands on a real terminal (by `script` of util-linux); their output is what the picture shows.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { freePort } from '../../test/support/free-port.ts'
import { picture } from './picture.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'bin', 'slack-oauth.cjs')
export const COLUMNS = 96

/** One command line, and what the terminal showed of it. */
export interface Scene {
  readonly typed: string
  readonly shown: string
}

const COMMANDS = [
  'slack-oauth install --scopes chat:write,channels:read',
  'slack-oauth list',
  'slack-oauth token',
] as const

/** Runs it all, on any free ports and in a home that goes; the picture has the defaults in their place. */
export async function record(): Promise<readonly Scene[]> {
  const home = mkdtempSync(join(tmpdir(), 'slack-oauth-record-'))
  const port = await freePort()
  const redirectUri = `http://localhost:${port}/slack/oauth_redirect`
  const options = ['--port', '0', '--consent', 'allow', '--redirect-uri', redirectUri]
  const sandbox = spawn(process.execPath, [BIN, 'sandbox', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const settings = parseEnv(await firstText(sandbox))
    const env = {
      ...settings,
      PATH: process.env.PATH,
      HOME: '/home/you',
      SLACK_OAUTH_DB: join(home, 'installations.db'),
      TERM: 'xterm',
    }
    const scenes: Scene[] = []
    for (const typed of COMMANDS) {
      const shown = await onTerminal(typed, env)
      scenes.push({
        typed,
        shown: shown
          .replaceAll(home, '/home/you/.local/share/slack-oauth')
          .replaceAll(settings.SLACK_OAUTH_SLACK_URL ?? home, 'http://localhost:8911')
          .replace(
            new RegExp(`localhost(:|%3A)${port}`, 'g'),
            (_, colon) => `localhost${colon}8910`,
          ),
      })
    }
    return scenes
  } finally {
    sandbox.kill()
    rmSync(home, { recursive: true, force: true })
  }
}

function onTerminal(typed: string, env: NodeJS.ProcessEnv): Promise<string> {
  const run = typed.replace(/^slack-oauth/, `'${process.execPath}' '${BIN}'`)
  const isInstall = typed.includes(' install ')
  const browser = isInstall ? ' --no-browser' : ''
  const line = `stty cols ${COLUMNS}; ${run}${browser}`
  const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
    // For a screen reader, each step is a line of its own
    env: { ...env, SHELL: '/bin/sh', ...(isInstall && { ACCESSIBLE: '1' }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let shown = ''
    let isAllowed = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      const [url] = /^http\S+\/authorize\?\S+(?=\r)/m.exec(shown) ?? []
      if (url === undefined || isAllowed) return
      isAllowed = true
      // The person at the browser
      void fetch(url)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(shown.replaceAll('\r\n', '\n'))
      else reject(new Error(`${typed}: exit ${code}\n${shown}`))
    })
  })
}

function firstText(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
      if (/^SLACK_CONFIG_TOKEN=.+\n/m.test(text)) resolve(text)
    })
    child.once('close', () => reject(new Error('The sandbox did not start')))
  })
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(ROOT, 'docs', 'first-minute.svg'), picture(await record(), COLUMNS))
}
