import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import * as bolt from '../../src/bolt.ts'
import * as library from '../../src/index.ts'
import * as sandbox from '../../src/sandbox/sandbox.ts'
import { installed } from '../support/installed.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Every example of the documentation, by the export that it is of. */
const examples = ['slack-oauth', 'slack-oauth/bolt', 'slack-oauth/sandbox'].flatMap((module) => {
  const text = readFileSync(join(ROOT, 'docs/library', `${module}.md`), 'utf8')
  return text.split(/^### /m).flatMap((section) => {
    const [name = ''] = /^\w+/.exec(section) ?? []
    return [...section.matchAll(/^#+ Example\n\n```ts\n([\s\S]*?)```/gm)].map(([, code = '']) => ({
      module,
      name,
      code,
    }))
  })
})

test('every function, class and object of the library has an example, and so have the stores', () => {
  const exported = [library, bolt, sandbox].flatMap((module) => Object.keys(module))
  const named = new Set(examples.map(({ name }) => name))
  for (const name of [...exported, 'InstallationStore', 'OAuthStateStore']) {
    assert.ok(named.has(name), name)
  }
})

test('every example imports what it names, compiles and runs', async (t) => {
  const app = await installed(t, { consent: 'allow', app: {}, tokenLifetimeSeconds: 43_200 })
  mkdirSync(join(ROOT, '.test-output'), { recursive: true })
  // Below the package, so that its name leads to it
  const folder = mkdtempSync(join(ROOT, '.test-output', 'examples-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const files = examples.map(({ name, code }, index) => {
    const signsIn = code.includes('nonce') ? 'nonce-' : ''
    const file = join(folder, `${index}-${signsIn}${name}.ts`)
    assert.match(code, /^import .+ from 'slack-oauth/m, name)
    writeFileSync(file, here(code))
    return file
  })
  const compilerOptions = { noUnusedLocals: false, lib: ['es2023'] }
  const include = ['.', '../../test/library/examples-main.ts']
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../test/tsconfig.json', compilerOptions, include }),
  )
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => assert.fail(stdout))

  const { stdout } = await run(
    process.execPath,
    [join(import.meta.dirname, 'examples-main.ts'), ...files],
    { cwd: folder, env: { ...app.cli.env, SLACK_STATE_SECRET: 'a-state-secret' } },
  ).catch(({ stdout, stderr }) => assert.fail(stdout + stderr))

  // Each did what it says, and not only nothing wrong
  assert.match(stdout, /Installed in Acme/)
  assert.match(stdout, /Alice Example \(U0ALICE0001\) is signed in/)
  assert.match(stdout, /^true\nfalse$/m)
  assert.ok(app.slack.calls('oauth.v2.access').length > 0)

  /** The same, with the sandbox in Slack's place. */
  function here(code: string): string {
    return code
      .replaceAll('123.456', app.env.SLACK_CLIENT_ID ?? '')
      .replaceAll("'installations.db'", JSON.stringify(app.cli.db))
      .replaceAll('T0123ABCD', 'T0SANDBOX01')
      .replaceAll(/(const redirectUri = ')https:[^']+/g, `$1${app.redirectUri}`)
      .replaceAll(
        /(clientId: '[^']+',\n {2}clientSecret: [^\n]+\n {2}redirectUri,)/g,
        `$1 slackUrl: '${app.slack.url}',`,
      )
  }
})
