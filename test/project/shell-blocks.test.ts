import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { describedCommands } from '../../docs/tools/commands.ts'
import { type Block, blocks, ROOT } from '../support/documents.ts'
import { freePort } from '../support/free-port.ts'
import { postgresForTests, skip as withoutPostgres } from '../support/postgres.ts'
import { shell, without } from '../support/shell.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

const commands = await describedCommands()
const scripts = blocks.filter(({ language }) => language === 'sh')
const firstLine = ({ text }: Block) =>
  text
    .split('\n')[0]
    ?.replace(/\s+#.*| \\$/g, '')
    .trim() ?? ''

/** Documents whose blocks run here in their order, but those below. */
const run = [
  'README.md',
  'docs/bolt-python.md',
  'docs/encryption.md',
  'docs/fixed-port.md',
  'docs/govslack.md',
  'docs/manifest.md',
  'docs/moving.md',
  'docs/org-wide.md',
  'docs/pkce.md',
  'docs/postgresql.md',
  'docs/redirects.md',
  'docs/sandbox.md',
  'docs/serve.md',
  'docs/ssh.md',
  'docs/store.md',
  'docs/terminal.md',
  'docs/testing.md',
  'docs/tutorial.md',
]

/** Documents whose blocks another test runs, or whose every line is an example of --help. */
const runElsewhere: Readonly<Record<string, string>> = {
  'docs/ci.md': 'test/cli/ci.test.ts',
  'docs/reference.md': 'test/project/docs.test.ts',
  'docs/releasing.md': 'test/project/supply-chain.test.ts',
}

/** The first lines of those that do not run, and why not. */
const notRun: Readonly<Record<string, string>> = {
  'npm ci && npm run try': 'CI runs it on a clean checkout',
  'npm ci && npm test': 'it is what runs this',
  'npm ci && npm run build && npm install --global .': 'it changes the machine',
  'npm ci && npm run build && npm install --global "$(npm pack --silent)"':
    'it changes the machine: test/project/package.test.ts installs what is packed',
  'git clone https://github.com/ORGANIZATION/slack-oauth && cd slack-oauth': 'it takes the network',
  'cloudflared tunnel --url http://localhost:8910': 'a tunnel takes the network: test/redirects',
  'slack-oauth install --scopes chat:write --paste': 'test/redirects/paste.test.ts',
  'mkfifo address': 'test/redirects/paste.test.ts',
  'slack-oauth install --scopes chat:write --redirect-uri https://localhost:8910/slack/oauth_redirect':
    'test/redirects/https.test.ts',
  'npm run bench -- start-up': 'benchmarks take minutes, and a machine with nothing else to do',
  'printf \'refresh_token=%s\' "$REFRESH_TOKEN" | curl -s -d @- https://slack.com/api/tooling.tokens.rotate':
    'the sandbox does not have that method',
}

const isRun = (block: Block) => run.includes(block.document) && !(firstLine(block) in notRun)

test('every shell block of the documents is run by a test, or it is said why not', () => {
  for (const block of scripts) {
    const { document } = block
    const isKnown = isRun(block) || document in runElsewhere || firstLine(block) in notRun
    assert.ok(isKnown, `${document}: ${firstLine(block)}`)
  }
  for (const line of Object.keys(notRun)) {
    assert.ok(
      scripts.some((block) => firstLine(block) === line),
      `there is no ${line} any more`,
    )
  }
  for (const path of Object.values(runElsewhere)) assert.ok(existsSync(join(ROOT, path)), path)
})

test('every shell block is a script, and every slack-oauth in it has a command and options that exist', () => {
  const typed = blocks.filter(({ language }) => language === 'console')
  const consoles = typed.map((block) => ({
    ...block,
    text: block.text.replace(/^(?!\$ ).*\n/gm, '').replace(/^\$ /gm, ''),
  }))
  for (const { document, text } of [...scripts, ...consoles]) {
    execFileSync('sh', ['-n', '-c', text])
    const lines = text.replaceAll('\\\n', ' ').replace(/ #.*$/gm, '')
    for (const [, line = ''] of lines.matchAll(
      /(?<!--global )\bslack-oauth +([a-z]+\b[^|>&;)\n]*)/g,
    )) {
      const [name = '', ...words] = line.split(' -- ')[0]?.trim().split(/\s+/) ?? []
      const command = commands.find((each) => each.name === name)
      assert.ok(command, `${document}: ${line}`)
      for (const word of words.filter((each) => each.startsWith('--'))) {
        const flag = word.replace(/=.*/, '')
        assert.ok(
          command.options.some(({ long }) => long === flag),
          `${document}: ${line}`,
        )
      }
    }
  }
})

/** Programs that the documents take for granted, and what they come to here. */
const programs: Readonly<Record<string, string>> = {
  age: 'if [ "$1" = -d ]; then cat "$4"; else cat; fi',
  ssh: 'shift; exec "$@"',
  gh: 'cat > "$HOME/$3"',
  npm: '[ "$1 $2" = "install --global" ]',
}

const server = postgresForTests()

for (const document of run) {
  const parts = scripts.filter((block) => block.document === document && isRun(block))
  const takesServer = parts.some(({ text }) => text.includes('postgres://'))
  test(`the shell blocks of ${document} run, one after the other`, {
    skip: without('curl') || without('sh') || (takesServer && withoutPostgres),
  }, async (t) => {
    const { sh, text } = await machine(t, parts, takesServer ? await server.store(t) : undefined)
    const { code, stderr } = await sh.run(text)
    assert.equal(code, 0, stderr)
  })
}

/** A server goes on in the background, in the place of an earlier one, until the script is over. */
const prelude = `started() {
  eval "kill \\"\\$pid_$2\\" && wait \\"\\$pid_$2\\"" 2>/dev/null || true
  # What the earlier one said would stand for the word of this one
  : > "said.$2"
  "$@" 2> "said.$2" & eval "pid_$2=$!"
  pids="$pids $!"
  until grep -q 'listens on\\|request URLs' "said.$2"; do kill -0 $! || { cat "said.$2" >&2; exit 1; }; sleep 0.1; done
}
trap 'kill $pids 2>/dev/null || true' EXIT
`

const prepareExports = `slack-oauth install --scopes chat:write
slack-oauth export --to python-file ~/.bolt-app-installation
slack-oauth export --to bolt-js-file ~/.bolt-js-app-installation
`

const FILE = '~/.local/share/slack-oauth/installations.db'

/** A shell with somebody at its browser and a sandbox for Slack, and the blocks as they fit there. */
async function machine(t: TestContext, parts: readonly Block[], database?: string) {
  const other = `http://localhost:${await freePort()}/slack/oauth_redirect`
  const redirectUri = `http://localhost:${await freePort()}/slack/oauth_redirect`
  const pkce = parts.some(({ text }) => text.includes('--pkce'))
  const { slack } = await slackApp(t, {
    consent: 'allow',
    app: { redirectUris: [redirectUri, other], pkce },
  })
  const [{ clientId = '', clientSecret = '', signingSecret = '' } = {}] = slack.apps
  const port = await freePort()
  const temp = await tempCli(t)
  const cli = temp.with({
    BROWSER: join(temp.home, 'browser'),
    SLACK_OAUTH_SLACK_URL: slack.url,
    SLACK_CLIENT_ID: clientId,
    SLACK_CLIENT_SECRET: clientSecret,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_REDIRECT_URI: redirectUri,
    SHELL: '/bin/bash',
  })
  const sh = shell(cli)
  writeFileSync(join(cli.home, 'browser'), '#!/bin/sh\nexec curl --silent --location "$1"\n', {
    mode: 0o755,
  })
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(cli.home, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  mkdirSync(join(cli.home, '.config'))
  writeFileSync(join(cli.home, '.config', 'my-app.secret'), clientSecret, { mode: 0o600 })
  const here: readonly (readonly [string | RegExp, string])[] = [
    ['http://localhost:8910/slack/oauth_redirect', redirectUri],
    ['http://localhost:8911/slack/oauth_redirect', other],
    ['http://localhost:8910', new URL(redirectUri).origin],
    ['http://localhost:8911', `http://localhost:${port}`],
    ['--port (8911|0)', ''],
    [/'postgres:[^']+'/, `'${database}'`],
    [/^slack-oauth sandbox/m, `started slack-oauth sandbox --port ${port}`],
    [/^slack-oauth serve/m, 'started slack-oauth serve'],
    ['xoxe\\.xoxp-…', slack.configToken],
    [/(?<![\w.])123\.456/, clientId],
    ['T0123ABCD', 'T0SANDBOX01'],
    [/https:\/\/slack(-gov)?\.com/, slack.url],
    ['cat > ~/.config/my-app.secret', `printf %s '${clientSecret}' > ~/.config/my-app.secret`],
  ]
  // What they take for granted, unless they do it themselves
  const text = parts.map((block) => block.text).join('\n')
  const prepared = text.includes('slack-oauth export')
    ? prepareExports
    : text.includes(FILE)
      ? `SLACK_OAUTH_DB=${FILE} slack-oauth install --scopes chat:write\n`
      : ''
  return {
    sh,
    text: here.reduce(
      (script, [from, to]) => script.replaceAll(new RegExp(from, 'gm'), () => to),
      prelude + prepared + text,
    ),
  }
}

test('the JavaScript of docs/testing.md runs, and the sandbox answers as it says', async () => {
  const found = blocks.find(
    ({ document, language }) => document === 'docs/testing.md' && language === 'js',
  )
  const sandbox = JSON.stringify(pathToFileURL(join(ROOT, 'dist', 'sandbox.js')))
  const script = (found?.text ?? '')
    .replace("'slack-oauth/sandbox'", sandbox)
    .replace("headers.get('location')", "console.log(headers.get('location'))")
  const stdout = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.match(stdout, /^http:\/\/localhost:3000\/callback\?code=\S+&state=of\+your\+code\n$/)
})
