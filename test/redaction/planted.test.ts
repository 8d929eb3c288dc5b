import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { allCommands } from '../../src/cli/command-loaders.ts'
import { main } from '../../src/cli/main.ts'
import { installation, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

// Every kind of secret, planted wherever a text comes in: in options, in the environment, in files, in
// what Slack answers. Wherever it comes out, it is a leak.

const MARK = 'Zq8vK3mW9xQ2'
const secrets = {
  'client secret': `c11e${MARK}5ec`,
  'signing secret': `5151${MARK}9e7`,
  'configuration token': `xoxe.xoxp-1-${MARK}`,
  'password of the database': `pw-${MARK}-db`,
  'password of the proxy': `pw-${MARK}-proxy`,
  'bot token': `xoxb-1-2-${MARK}`,
  'user token': `xoxp-1-${MARK}`,
  'app-level token': `xapp-1-A1-${MARK}`,
  'refresh token': `xoxe-1-${MARK}`,
  'code in a URL': `http://localhost/?code=1.2.${MARK}&x=1`,
  'state in a URL': `http://localhost/?state=${MARK}`,
  'verifier in a body': `code_verifier=${MARK}`,
  'ID token': `eyJhbGciOiJSUzI1NiJ9.eyJ${MARK}.${MARK}`,
  'webhook URL': `https://hooks.slack.com/services/T1/B1/${MARK}`,
  'basic credentials': `Authorization: Basic ${MARK}${MARK}`,
}
/** What the process is given, by the settings that are for it, and hides by its value. */
const env = {
  SLACK_CLIENT_SECRET: secrets['client secret'],
  SLACK_SIGNING_SECRET: secrets['signing secret'],
  SLACK_CONFIG_TOKEN: secrets['configuration token'],
  PGPASSWORD: secrets['password of the database'],
  HTTPS_PROXY: `http://me:${secrets['password of the proxy']}@127.0.0.1:9`,
}
const secret = fc.constantFrom(...Object.values(secrets))
const around = fc.constantFrom(
  (text: string) => text,
  (text: string) => `"${text}"`,
  (text: string) => ` ${text} `,
  (text: string) => `x/${text}`,
  (text: string) => `{"error":"${text}"}`,
  (text: string) => encodeURIComponent(text),
)
const planted = fc.tuple(secret, around).map(([text, wrap]) => wrap(text))

let answer = ''
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' })
  response.end(answer)
})
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
after(() => server.close())

/** One command line in this process: a new one for each would take minutes. */
async function said(
  cli: TempCli,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const written: string[] = []
  const output = { write: (text: string) => written.push(text), destroyed: false }
  const context = {
    env: { ...cli.env, ...env, ...more },
    stdout: output,
    stderr: output,
    signal: AbortSignal.timeout(20_000),
    now: () => Date.now() / 1000,
  }
  const code = await main(args, context, allCommands)
  return { code, text: written.join('') }
}

function assertClean(text: string, what: string): void {
  assert.ok(!text.includes(MARK), `${what}: ${text}`)
}

const options = [
  ['token', '--team'],
  ['token', '--db'],
  ['token', '--min-ttl'],
  ['list', '--team'],
  ['show', '--user'],
  ['check', '--team'],
  ['refresh', '--expiring'],
  ['url', '--scopes'],
  ['url', '--redirect-uri'],
  ['url', '--slack-url'],
  ['url', '--client-id'],
  ['url', '--manifest'],
  ['install', '--timeout'],
  ['url', '--env-file'],
  ['import', '--from'],
  ['import', '--db'],
  ['export', '--to'],
  ['manifest', '--redirect-uri'],
  ['manifest', '--scopes'],
  ['revoke', '--team'],
  ['serve', '--port'],
  ['doctor', '--db'],
  ['doctor', '--redirect-uri'],
  ['exec', '--team'],
] as const

test('no option repeats a secret that was put into it', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  // A secret in the place of a path makes its file, if any, where nothing of ours is
  const folder = process.cwd()
  process.chdir(cli.home)
  t.after(() => process.chdir(folder))
  let cases = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...options),
      planted,
      fc.boolean(),
      fc.boolean(),
      async ([command, option], value, isJson, isBare) => {
        const args = [command, isBare ? value : `${option}=${value}`, ...(isJson ? ['--json'] : [])]
        // It would be the name of a file
        if ((command === 'import' || command === 'export') && isBare) return
        const { code, text } = await said(cli, args)
        assert.notEqual(code, 1, `${args}: ${text}`)
        // A way out: the address or the manifest that was asked for, with what was put into it
        if (code === 0 && (command === 'url' || command === 'manifest')) return
        assertClean(text, String(args))
        cases++
      },
    ),
    { numRuns: 200, seed: 1 },
  )
  assert.ok(cases > 150, `only ${cases} were judged`)
  t.diagnostic(`${cases} cases, 0 secrets found`)
})

test('no answer of Slack, whatever it holds, puts a secret into an output', async (t) => {
  const cli = await tempCli(t)
  await save(
    cli,
    installation({
      bot: {
        token: secrets['bot token'],
        refreshToken: secrets['refresh token'],
        expiresAt: 1,
        userId: 'U9',
        scopes: ['chat:write'],
      },
      user: { id: 'U1', grant: { token: secrets['user token'], scopes: [] } },
      incomingWebhook: { url: secrets['webhook URL'] },
    }),
  )
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const commands = [
    ['token', '--bot'],
    ['check', '--all'],
    ['refresh', '--team', 'T1'],
    ['refresh', '--migrate'],
    ['doctor'],
    ['revoke', '--team', 'T1', '--yes'],
    ['exec', '--bot', '--', 'true'],
    ['show', '--team', 'T1'],
    ['list'],
  ]
  const body = fc.oneof(
    planted.map((error) => JSON.stringify({ ok: false, error })),
    planted,
    fc.tuple(planted, planted).map(([one, two]) =>
      JSON.stringify({
        ok: true,
        access_token: one,
        app_id: two,
        revoked: false,
        error: one,
        url: two,
        user_id: one,
      }),
    ),
    planted.map((name) => JSON.stringify({ ok: true, [name]: name })),
    planted.map((text) => `<html>${text}`),
  )
  let cases = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...commands),
      body,
      fc.boolean(),
      async (args, text, isJson) => {
        answer = text
        const given =
          args.includes('exec') || args.includes('token')
            ? args
            : [...args, ...(isJson ? ['--json'] : [])]
        const { code, text: output } = await said(cli, given, {
          SLACK_OAUTH_SLACK_URL: `http://127.0.0.1:${port}`,
          SLACK_CLIENT_ID: '1.2',
        })
        assert.notEqual(code, 1, `${given}: ${output}`)
        assertClean(output, `${given} after ${text}`)
        cases++
      },
    ),
    { numRuns: 150, seed: 1 },
  )
  assert.equal(cases, 150)
  t.diagnostic(`${cases} cases, 0 secrets found`)
})

test('no file that is read in puts a secret into an output', async (t) => {
  const cli = await tempCli(t)
  const file = join(cli.home, 'file')
  const commands = [
    ['import', file],
    ['import', '--from', 'sqlite', file],
    ['url', '--manifest', file],
    ['manifest', '--validate', file],
    ['url', '--env-file', file],
    ['doctor', '--env-file', file],
  ]
  const content = fc.oneof(
    planted,
    planted.map((text) => `{"a":${text}`),
    planted.map((text) => `SLACK_CLIENT_SECRET=${text}\n${text}\n`),
    planted.map((text) => `!!${text.replace(/\W/g, '')} a\n${text}: [`),
    planted.map((text) =>
      JSON.stringify({ oauth_config: { redirect_urls: [text], scopes: { bot: [text] } } }),
    ),
    planted.map(
      (text) => `{"format":"slack-oauth-installations","version":1}\n{"client_id":"${text}"}\n`,
    ),
  )
  let cases = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...commands),
      content,
      fc.boolean(),
      async (args, text, isJson) => {
        writeFileSync(file, text)
        const given = [...args, ...(isJson ? ['--json'] : [])]
        const { code, text: output } = await said(cli, given)
        assert.notEqual(code, 1, `${given}: ${output}`)
        if (code === 0 && args[0] === 'url') return
        assertClean(output, `${given} of ${text}`)
        cases++
      },
    ),
    { numRuns: 200, seed: 1 },
  )
  assert.ok(cases > 150, `only ${cases} were judged`)
  t.diagnostic(`${cases} cases, 0 secrets found`)
})

test('a crash report shows no secret, neither by its looks nor by its value', async (t) => {
  const cli = await tempCli(t)
  for (const [kind, value] of Object.entries(secrets)) {
    const broken = { token: async () => Promise.reject(new Error(`it broke at ${value}`)) }
    const written: string[] = []
    const output = { write: (text: string) => written.push(text) }
    const context = {
      env: { ...cli.env, ...env },
      stdout: output,
      stderr: output,
      signal: new AbortController().signal,
      now: () => 0,
    }
    const code = await main(['token'], context, { ...allCommands, ...broken })
    assert.equal(code, 1)
    assert.match(written.join(''), /^bug: /)
    assertClean(written.join(''), kind)
  }
})
