import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MIN_TTL_SECONDS } from '../../src/cli/options/token-flags.ts'
import { DEFAULT_LISTEN } from '../../src/loopback/listen-address.ts'
import { DEFAULT_REDIRECT_URI } from '../../src/slack/authorize/redirect-uri.ts'
import { createManifest } from '../../src/slack/manifest/manifest.ts'
import { tempCli } from '../support/temp-cli.ts'

const made = createManifest({ scopes: ['chat:write'], userScopes: [], redirectUris: [] })

const defaults: readonly (readonly [command: string, value: string])[] = [
  ['token', `${MIN_TTL_SECONDS / 60}m`],
  ['install', DEFAULT_REDIRECT_URI],
  ['install', DEFAULT_LISTEN],
  ['signin', DEFAULT_REDIRECT_URI],
  ['manifest', DEFAULT_REDIRECT_URI],
  ['manifest', made.display_information?.name ?? ''],
]

for (const [command, value] of defaults) {
  test(`the help of ${command} names the default ${value}, which is the one in use`, async (t) => {
    const { code, stdout } = await (await tempCli(t)).main(command, '--help')
    assert.equal(code, 0)
    assert.ok(value !== '' && stdout.replaceAll(/\s+/g, ' ').includes(`default: ${value})`), stdout)
  })
}
