import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { describedCommands } from '../../docs/tools/commands.ts'
import { documents } from '../../docs/tools/reference.ts'
import { exitCodes } from '../../src/base/errors.ts'
import { parseFault, parseSandboxConfig } from '../../src/sandbox/sandbox.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const readme = read('README.md')

const commands = await describedCommands()

for (const { name, summary, description, examples, help } of commands) {
  test(`${name} --help has a summary, an explanation and two examples, in 80 columns`, () => {
    assert.ok(summary)
    assert.ok(description)
    assert.ok(examples.filter((line) => line.includes('slack-oauth ')).length >= 2)
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line)
  })
}

test('what the documents say of the commands is what the commands say: npm run docs', async () => {
  for (const [path, text] of await documents()) {
    assert.ok(read(path) === text, `${path} is not up to date: npm run docs`)
  }
})

test('every variable of the environment that an option stands for is among the settings', () => {
  const settings = read('docs', 'options.md')
  for (const { description } of commands.flatMap(({ options }) => options)) {
    const [, name] = /\((SLACK_[A-Z_]+)/.exec(description) ?? []
    if (name) assert.ok(settings.includes(`\`${name}\``), name)
  }
})

test('every option is among the settings, but what every command has', () => {
  const settings =
    read('docs', 'options.md') + read('docs', 'sandbox.md') + read('docs', 'terminal.md')
  for (const { name, options } of commands) {
    for (const { long } of options) {
      if (long && long !== '--help') assert.ok(settings.includes(`\`${long}`), `${name} ${long}`)
    }
  }
})

test('the help of each command says what it does with several redirect URIs', () => {
  const found = commands.flatMap(({ name, options }) => {
    const option = options.find(({ long }) => long === '--redirect-uri')
    const [, several] = /as registered; (.+?) \(SLACK/.exec(option?.description ?? '') ?? []
    return several === undefined ? [] : [[name, several]]
  })
  assert.deepEqual(Object.fromEntries(found), {
    install: 'repeat it to use the first with a free port',
    signin: 'repeat it to use the first with a free port',
    url: 'of several, the first alone is used',
    manifest: 'repeat it to register several',
    doctor: 'repeat it to check several',
  })
})

test('every exit code is in the README', () => {
  for (const code of new Set(Object.values(exitCodes))) {
    assert.match(readme, new RegExp(`^\\| (\\d+, )?${code}(, \\d+)? \\|`, 'm'))
  }
})

test('the README opens with the two commands for a fresh machine, and CI runs the second', () => {
  const [first, second] = [...readme.matchAll(/```sh\n(.*)\n```/g)].map(([, command]) => command)
  assert.equal(first, 'npm ci && npm run try')
  assert.equal(second, 'npm ci && npm test')
  assert.match(read('.ci', 'run'), /'npm ci && npm test'$/m)
})

test('tests that SECURITY.md names are there', () => {
  for (const [, path = ''] of read('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)) {
    assert.ok(existsSync(join(ROOT, path)), path)
  }
})

test('the configuration and the faults in docs/sandbox.md are what the sandbox takes', () => {
  const text = read('docs', 'sandbox.md')
  const [, json = ''] = /```json\n([\s\S]+?)```/.exec(text) ?? []
  assert.equal(parseSandboxConfig(JSON.parse(json)).apps[0]?.name, 'My App')
  for (const what of [
    'error:invalid_auth',
    'status:429:30',
    'html',
    'delay:5',
    'id-token:missing',
  ]) {
    parseFault(`oauth.v2.access=${what}`.replace(/.*=id-token/, 'openid.connect.token=id-token'))
  }
})

test('each dependency has its reason in docs/dependencies.md', () => {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    read('package.json'),
  )
  const text = read('docs', 'dependencies.md')
  for (const name of Object.keys(dependencies)) assert.ok(text.includes(`| \`${name}\` |`), name)
})
