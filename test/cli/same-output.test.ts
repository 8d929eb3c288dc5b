import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commandNames } from '../../src/cli/program.ts'
import { installation, ofMember, orgWide, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

// Most tests of commands run them in their own process, by `main`. What they show holds for the program that people
// start if the two say the same.

const LINES: readonly (readonly string[])[] = [
  ...commandNames().map((name) => [name, '--help']),
  ...commandNames().map((name) => [name, '--no-such-option']),
  [],
  ['--help'],
  ['--version'],
  ['instal'],
  ['help', 'token'],
  ['token'],
  ['token', '--team', 'T1'],
  ['token', '--team', 'T1', '--user', 'U2', '--format', 'json'],
  ['token', '--team', 'T404', '--json'],
  ['token', '--secret', 'x'],
  ['list'],
  ['list', '--json', '--team', 'T1'],
  ['show', '--team', 'T1', '--json'],
  ['show', '--enterprise', 'E1'],
  ['export', '--team', 'T1'],
  ['import', 'nothing.jsonl'],
  ['check', '--team', 'T1', '--slack-url', 'http://127.0.0.1:9'],
  ['refresh', '--team', 'T1'],
  ['revoke', '--team', 'T1'],
  ['url', '--scopes', 'chat:write', '--redirect-uri', 'nonsense'],
  ['install', '--scopes', 'nonsense scope!'],
  ['manifest', '--scopes', 'chat:write'],
  ['exec', '--'],
  ['encrypt', '--key-file', 'nothing'],
  ['completion', 'bash'],
]

describe('the program and main', { concurrency: 4 }, () => {
  for (const args of LINES) {
    test(`print the same and end with the same code: ${args.join(' ') || 'no argument'}`, async (t) => {
      const cli = await tempCli(t)
      const installedAt = 1_700_000_000
      await save(
        cli,
        { ...installation(), installedAt },
        { ...ofMember('U2', 'xoxp-2'), installedAt },
      )
      await save(cli, { ...orgWide(), installedAt })
      assert.deepEqual(await cli.run(...args), await cli.main(...args))
    })
  }
})
