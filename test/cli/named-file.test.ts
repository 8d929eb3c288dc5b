import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exitCodes } from '../../src/base/errors.ts'
import { namedFile } from '../../src/base/setting-file.ts'
import { unjudgedEnvironment } from '../../src/cli/settings/environment.ts'
import { optionalConfigToken, readManifestFile } from '../../src/cli/settings/manifest.ts'
import { clientSecret } from '../../src/cli/settings/secrets.ts'
import { certificateFromFiles } from '../../src/loopback/certificate/localhost.ts'
import { keyFromEnvironment } from '../../src/store/encryption/key-source.ts'
import { encryptions } from '../../src/store/postgres/tls.ts'
import { parsePostgresUrl } from '../../src/store/postgres/url.ts'
import { tempCli } from '../support/temp-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-named-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(name: string, text: string, encoding: BufferEncoding = 'utf8'): string {
  const path = join(folder, name)
  writeFileSync(path, text, encoding)
  return path
}

const tls = (query: string) => encryptions(parsePostgresUrl(`postgres://me@db/d?${query}`, {}))

const settings: readonly [setting: string, read: (path: string) => unknown][] = [
  ['--env-file', (envFile) => unjudgedEnvironment({ env: {} }, { envFile })],
  ['--manifest', (path) => readManifestFile(path, '--manifest')],
  ['--cert', (path) => certificateFromFiles({ cert: path, key: path }, 0)],
  ['SLACK_CLIENT_SECRET_FILE', (path) => clientSecret({ SLACK_CLIENT_SECRET_FILE: path })],
  ['SLACK_CONFIG_TOKEN_FILE', (path) => optionalConfigToken({ SLACK_CONFIG_TOKEN_FILE: path })],
  ['SLACK_OAUTH_KEY_FILE', (path) => keyFromEnvironment({ SLACK_OAUTH_KEY_FILE: path })],
  ['sslrootcert', (path) => tls(`sslmode=verify-full&sslrootcert=${path}`)],
  ['sslkey', (path) => tls(`sslmode=require&sslkey=${path}`)],
]

for (const [setting, read] of settings) {
  test(`a file of ${setting} that cannot be read, or is no text, is named, and no bug`, async () => {
    const utf16 = fileOf('utf16', 'SLACK_CLIENT_ID=1.2\n', 'utf16le')
    for (const [path, says] of [
      [
        join(folder, 'absent'),
        `Cannot read the file ${join(folder, 'absent')} of ${setting}: ENOENT`,
      ],
      [folder, `Cannot read the file ${folder} of ${setting}: EISDIR`],
      [utf16, `The file ${utf16} of ${setting} is not text in UTF-8`],
    ] as const) {
      const code = setting === 'SLACK_OAUTH_KEY_FILE' ? 'store_key_missing' : 'usage'
      const expected = { message: says, code, exitCode: exitCodes[code] }
      await assert.rejects(async () => read(path), expected)
    }
  })
}

test('the mark at the beginning that PowerShell writes is no part of a file', async (t) => {
  const marked = fileOf('marked', '\ufeff{"apps":[{"name":"Marked"}]}\n')
  assert.equal(namedFile(marked, '--x'), '{"apps":[{"name":"Marked"}]}\n')
  assert.deepEqual(tls(`sslmode=verify-full&sslrootcert=${marked}`), [
    { ca: namedFile(marked, '--x') },
  ])
  const cli = await tempCli(t)
  const sandbox = cli.start('sandbox', '--port', '0', '--config', marked)
  await sandbox.waitFor(/app Marked/)
  const { code, stderr } = await cli.main('sandbox', '--config', 'absent')
  assert.equal(code, exitCodes.usage)
  assert.match(stderr, /Cannot read the file absent of --config: ENOENT \(usage\)/)
})
