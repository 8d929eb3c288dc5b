import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { allCommands } from '../../src/cli/all-commands.js'
import { createProgram } from '../../src/cli/program.js'
import { summaries } from '../../src/cli/summaries.js'
import { exitCodes } from '../../src/errors.js'
import { parseFault, parseSandboxConfig } from '../../src/sandbox/sandbox.js'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const readme = read('README.md')

const context = {
  env: {},
  stdout: { write() {} },
  stderr: { write() {} },
  signal: new AbortController().signal,
  now: () => 0,
}
const commands = await Promise.all(
  Object.keys(summaries).map(async (name) => {
    const [command] = (await createProgram(context, [name], allCommands)).commands
    assert.ok(command)
    return command
  }),
)

for (const command of commands) {
  test(`${command.name()} is in the README with all of its options`, () => {
    assert.match(readme, new RegExp(`^\\| \`${command.name()}\` \\|`, 'm'))
    for (const { long } of command.options) {
      if (long) assert.ok(readme.includes(`\`${long}`), `${command.name()} ${long}`)
    }
  })

  test(`${command.name()} --help has a summary, an explanation and two examples that parse`, () => {
    assert.ok(command.summary())
    assert.ok(command.description())
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
    const examples = [...help.matchAll(/^ {2}.*\bslack-oauth ([^|>&)\n]+)/gm)].map(
      ([, line]) => line,
    )
    assert.ok(examples.length >= 2)
    for (const example of examples) {
      // What stands after -- belongs to the command that exec runs
      const [name = '', ...args] = example?.split(' -- ')[0]?.trim().split(/\s+/) ?? []
      const used = commands.find((each) => each.name() === name)
      assert.ok(used, example)
      const long = new Set(used.options.map((option) => option.long))
      for (const arg of args) if (arg.startsWith('--')) assert.ok(long.has(arg), example)
    }
    for (const line of help.split('\n')) assert.ok(line.length <= 80, line)
  })
}

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

test('links between the documents lead somewhere', () => {
  const documents = [
    'README.md',
    'SECURITY.md',
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join('docs', name)),
  ]
  for (const document of documents) {
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert.ok(existsSync(join(ROOT, dirname(document), target)), `${document}: ${target}`)
    }
  }
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
