import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonText, printable } from '../../src/cli/terminal/output.ts'
import { installation, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

// GitHub's runner reads each line of a log: one that begins with ::, white space before it aside, is a command
// to it, and so is ##[ anywhere. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

/** As the runner's ActionCommand reads a line. */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[')
}

const outside = fc
  .array(
    fc.constantFrom(
      '::',
      ':',
      '##[',
      '#',
      '[',
      'set-output name=x::',
      ' ',
      '\t',
      '\n',
      '\r',
      '\u200b',
      '\u2028',
      'a',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

test('no text from outside is a workflow command once it is printable, or in JSON', () => {
  fc.assert(
    fc.property(outside, (text) => {
      for (const line of printable(text).split(/[\r\n]/)) assert.ok(!isCommand(line), line)
      const json = jsonText({ name: text })
      assert.ok(!isCommand(json), json)
      assert.deepEqual(JSON.parse(json), { name: text })
    }),
    { numRuns: 1_000 },
  )
})

test('JSON shows no invisible character, and loses none', () => {
  const names = [
    'a\u200bb',
    'a\u200c\u200db',
    '\ufeffx',
    '\u{e0041}',
    '\u00ad',
    '\u2060',
    '\u202e',
    '\u2028',
  ]
  for (const name of names) {
    const json = jsonText({ name })
    assert.match(json, /^[\x20-\x7e]+$/)
    assert.deepEqual(JSON.parse(json), { name })
  }
})

for (const command of ['list', 'check', 'show', 'refresh', 'doctor']) {
  for (const flags of [[], ['--json']]) {
    test(`${command} ${flags} prints no workflow command that a workspace is called`, async (t) => {
      const cli = await tempCli(t, {
        GITHUB_ACTIONS: 'true',
        SLACK_OAUTH_SLACK_URL: 'http://127.0.0.1:9',
      })
      for (const [index, name] of [
        '::set-output name=a::b',
        ' \t::add-path::/tmp',
        '##[add-path]/tmp',
      ].entries()) {
        await save(cli, installation({ team: { id: `T${index}`, name }, appId: '::A1' }))
      }
      const all = command === 'check' || command === 'refresh' ? ['--all', '--timeout', '1'] : []
      const one = command === 'show' ? ['--team', 'T0'] : []
      const { stdout, stderr } = await cli.main(command, ...flags, ...all, ...one)
      assert.notEqual(stdout + stderr, '')
      for (const line of `${stdout}\n${stderr}`.split('\n')) assert.ok(!isCommand(line), line)
    })
  }
}
