import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { newStoreKey, parseStoreKeys, storeKeyText } from '../../src/store/encryption/store-key.ts'
import { openStore } from '../../src/store/open-store.ts'
import { killInstants } from '../support/kill-instants.ts'
import { installation, ofMember, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

/** A command line with no keychain, whatever the machine has. */
async function cliOf(t: TestContext): Promise<TempCli> {
  const cli = await tempCli(t, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' })
  await save(cli, installation(), ofMember('U2', 'xoxp-secret-2'))
  return cli
}

/** The same, encrypted with a key in a file, which is set. */
async function encrypted(t: TestContext): Promise<{ cli: TempCli; bare: TempCli; file: string }> {
  const bare = await cliOf(t)
  const file = join(bare.home, 'store.key')
  const { code, stderr } = await bare.run('encrypt', '--new-key', file)
  assert.equal(code, 0, stderr)
  return { cli: bare.with({ SLACK_OAUTH_KEY_FILE: file }), bare, file }
}

function bytesOf({ db }: TempCli): string {
  return readFileSync(db, 'latin1')
}

function keyIdOf({ db }: TempCli): unknown {
  const file = new Database(db, { readonly: true })
  try {
    return file.prepare('select key_id from slack_oauth_encryption').pluck().get()
  } finally {
    file.close()
  }
}

test('encrypt --new-key makes a key of its owner alone, and token needs it from then on', async (t) => {
  const { cli, bare, file } = await encrypted(t)

  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.match(readFileSync(file, 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/)
  assert.doesNotMatch(bytesOf(cli), /xox[bp]-/)
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')

  const without = await bare.run('token')
  assert.equal(without.code, 6)
  assert.equal(without.stdout, '')
  assert.match(without.stderr, /^error: .* \(store_key_missing\)\nhint: Set SLACK_OAUTH_KEY_FILE/)
})

test('the key may be in the environment or in an env file', async (t) => {
  const { cli, bare, file } = await encrypted(t)
  const text = readFileSync(file, 'utf8').trim()
  const envFile = join(cli.home, 'app.env')
  writeFileSync(envFile, `SLACK_OAUTH_KEY=${text}\n`, { mode: 0o600 })

  assert.equal((await bare.with({ SLACK_OAUTH_KEY: text }).run('token')).stdout, 'xoxb-secret-1\n')
  assert.equal((await bare.run('token', '--env-file', envFile)).stdout, 'xoxb-secret-1\n')
})

test('a wrong key is exit 6, nothing is shown, and it is in no message', async (t) => {
  const { bare } = await encrypted(t)
  const text = storeKeyText(newStoreKey())
  const cli = bare.with({ SLACK_OAUTH_KEY: text })

  for (const command of ['token', 'list', 'show', 'export', 'encrypt', 'decrypt', 'doctor']) {
    const args = command === 'show' ? ['show', '--user', 'U2'] : [command]
    const { code, stdout, stderr } = await cli.main(
      ...args,
      ...(command === 'doctor' ? ['--offline'] : []),
    )
    assert.equal(code, 6, `${command}: ${stderr}`)
    assert.match(stdout + stderr, /store_key_wrong/)
    assert.ok(!(stdout + stderr).includes(text.slice(0, 20)))
    assert.doesNotMatch(stdout, /xox|soe1/)
  }
})

test('an import is sealed, and an export is in the clear', async (t) => {
  const { cli } = await encrypted(t)
  const exported = join(cli.home, 'all.jsonl')
  assert.equal((await cli.main('export', '--output', exported)).code, 0)
  const text = readFileSync(exported, 'utf8')
  assert.match(text, /xoxb-secret-1/)
  writeFileSync(exported, text.replaceAll('"T1"', '"T7"').replaceAll('xoxb-secret-1', 'xoxb-new'))

  assert.equal((await cli.main('import', exported)).code, 0)

  assert.doesNotMatch(bytesOf(cli), /xoxb-new/)
  assert.equal((await cli.main('token', '--team', 'T7')).stdout, 'xoxb-new\n')
})

test('a sealed store is imported from, and --dry-run reads one', async (t) => {
  const { cli } = await encrypted(t)
  const copy = cli.with({ SLACK_OAUTH_DB: join(cli.home, 'copy.db') })

  const dry = await cli.main('import', '--from', 'sqlite', '--dry-run', cli.db)
  assert.match(dry.stderr, /2 kept as they were/)
  assert.equal((await copy.run('import', '--from', 'sqlite', cli.db)).code, 0)
  assert.equal((await copy.run('token')).stdout, 'xoxb-secret-1\n')
})

test('encrypt --rotate puts a new key behind the old one in the file, and seals with it', async (t) => {
  const { cli, file } = await encrypted(t)
  const [before, first] = [keyIdOf(cli), readFileSync(file, 'utf8')]

  const { code, stderr } = await cli.main('encrypt', '--rotate')

  assert.equal(code, 0, stderr)
  const [line, next, ...rest] = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(`${line}\n`, first)
  assert.deepEqual(rest, [])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.notEqual(keyIdOf(cli), before)
  assert.doesNotMatch(bytesOf(cli), new RegExp(`soe1\\.${before}`))
  const only = cli.with({ SLACK_OAUTH_KEY_FILE: '', SLACK_OAUTH_KEY: next ?? '' })
  assert.equal((await only.run('token')).stdout, 'xoxb-secret-1\n')
})

test('a rotation that ended after the new key was kept goes on with that one', async (t) => {
  const { cli, file } = await encrypted(t)
  const kept = newStoreKey()
  writeFileSync(file, `${readFileSync(file, 'utf8')}${storeKeyText(kept)}\n`)
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')

  assert.equal((await cli.main('encrypt', '--rotate')).code, 0)

  assert.equal(keyIdOf(cli), kept.id)
  assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, 2)
})

test('a key in the environment is rotated to the one behind it', async (t) => {
  const { cli, file } = await encrypted(t)
  const old = readFileSync(file, 'utf8').trim()
  const next = newStoreKey()
  const inEnv = (text: string) => cli.with({ SLACK_OAUTH_KEY_FILE: '', SLACK_OAUTH_KEY: text })

  const alone = await inEnv(old).run('encrypt', '--rotate')
  assert.equal(alone.code, 2)
  assert.match(alone.stderr, /cannot be changed from here/)
  assert.equal((await inEnv(`${old},${storeKeyText(next)}`).run('encrypt', '--rotate')).code, 0)

  assert.equal(keyIdOf(cli), next.id)
})

test('encrypt makes an empty store that seals what comes', async (t) => {
  const from = await cliOf(t)
  const file = join(from.home, 'all.jsonl')
  await from.run('export', '--output', file)
  const cli = (await tempCli(t)).with({ SLACK_OAUTH_KEY: storeKeyText(newStoreKey()) })
  assert.equal((await cli.main('encrypt')).code, 0)

  assert.equal((await cli.main('import', file)).code, 0)

  assert.doesNotMatch(bytesOf(cli), /xox[bp]-/)
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')
})

test('without a keychain, encrypt says what else keeps a key, and changes nothing', async (t) => {
  const cli = await cliOf(t)
  const { code, stderr } = await cli.main('encrypt')

  assert.equal(code, 6)
  assert.match(
    stderr,
    /^error: The keychain cannot be used: .* \(store_key_missing\)\nhint: .*--new-key FILE/,
  )
  assert.equal(keyIdOf(cli), undefined)
})

test('a key file that is there is not written over, and a second encrypt names --rotate', async (t) => {
  const bare = await cliOf(t)
  const file = join(bare.home, 'store.key')
  writeFileSync(file, 'mine')
  assert.equal((await bare.run('encrypt', '--new-key', file)).code, 2)
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  assert.equal(keyIdOf(bare), undefined)

  const { cli } = await encrypted(t)
  const again = await cli.main('encrypt', '--new-key', join(cli.home, 'another.key'))
  assert.equal(again.code, 2)
  assert.match(again.stderr, /hint: slack-oauth encrypt --rotate/)
})

test('list, show and doctor say by which key the store is sealed', async (t) => {
  const { cli } = await encrypted(t)
  const id = keyIdOf(cli)

  assert.match((await cli.main('list')).stderr, new RegExp(`sealed with the key ${id}`))
  assert.match((await cli.main('show', '--user', 'U2')).stdout, new RegExp(`sealed_with +${id}`))
  const { stdout } = await cli.main('doctor', '--offline')
  assert.match(stdout, new RegExp(`sealed with the key ${id}`))
  assert.match(stdout, /2 installations/)
})

test('doctor and token warn of what another program has stored in the clear', async (t) => {
  const { cli } = await encrypted(t)
  const db = new Database(cli.db)
  db.exec("update slack_installations set user_token = 'xoxp-python' where user_id = 'U2'")
  db.close()

  assert.match((await cli.main('doctor', '--offline')).stdout, /1 of its secrets is in the clear/)
  const token = await cli.main('token', '--user', 'U2')
  assert.equal(token.stdout, 'xoxp-python\n')
  assert.match(token.stderr, /warning: .*in the clear: slack-oauth encrypt seals it/)

  assert.equal((await cli.main('encrypt', '--json')).stdout.includes('"sealed":1'), true)
  assert.doesNotMatch(bytesOf(cli), /xoxp-python/)
})

test('decrypt puts all of it in the clear again, once', async (t) => {
  const { cli, bare } = await encrypted(t)
  assert.equal((await cli.main('decrypt')).code, 0)

  assert.equal((await bare.run('token')).stdout, 'xoxb-secret-1\n')
  const again = await cli.main('decrypt')
  assert.equal(again.code, 2)
  assert.match(again.stderr, /is not encrypted/)
})

test('a key file that others can read is warned of, with the fix', async (t) => {
  const { cli, file } = await encrypted(t)
  chmodSync(file, 0o644)

  const { stdout, stderr } = await cli.main('token')

  assert.equal(stdout, 'xoxb-secret-1\n')
  assert.equal(
    stderr,
    `warning: ${file} holds secrets and others can read it: chmod 600 '${file}'\n`,
  )
})

test('an env file with secrets that others can read is warned of, and one of a sandbox is not', async (t) => {
  const cli = await cliOf(t)
  const envFile = join(cli.home, 'app.env')
  writeFileSync(envFile, 'SLACK_CLIENT_ID=1.2\nSLACK_CLIENT_SECRET=hush\n', { mode: 0o644 })
  chmodSync(envFile, 0o644)
  const heard = await cli.main('token', '--env-file', envFile)
  assert.equal(
    heard.stderr,
    `warning: ${envFile} holds secrets and others can read it: chmod 600 '${envFile}'\n`,
  )

  writeFileSync(envFile, 'SLACK_CLIENT_SECRET=hush\nSLACK_OAUTH_SLACK_URL=http://localhost:1\n')
  assert.equal((await cli.main('token', '--env-file', envFile)).stderr, '')
  writeFileSync(envFile, 'SLACK_CLIENT_ID=1.2\n')
  assert.equal((await cli.main('token', '--env-file', envFile)).stderr, '')
})

test('a kill at any of 20 instants of a rotation leaves one key for all of it, and that one kept', async (t) => {
  const { cli, file } = await encrypted(t)
  const many = Array.from({ length: 300 }, (_, index) => ofMember(`U${index}`, `xoxp-${index}`))
  const store = await openStore(cli.db, { key: readFileSync(file, 'utf8') })
  await store.installations.merge(many)
  await store.close()
  const rotate = () => cli.start('encrypt', '--rotate')
  const startedAt = performance.now()
  await rotate().finished
  const kills = killInstants(performance.now() - startedAt)

  for (let round = 0; round < 20; round++) {
    const before = keyIdOf(cli)
    const command = rotate()
    await sleep(kills.next())
    command.child.kill('SIGKILL')
    await command.finished

    assert.deepEqual(sealedBy(cli), [keyIdOf(cli)])
    kills.record(keyIdOf(cli) === before ? 'before' : 'after')
    const keys = parseStoreKeys({ text: readFileSync(file, 'utf8'), from: file })
    assert.ok(keys.some(({ id }) => id === keyIdOf(cli)))
  }
  assert.ok(kills.ends.before > 2 && kills.ends.after > 2, JSON.stringify(kills.ends))
  assert.equal((await cli.main('token')).stdout, 'xoxb-secret-1\n')
})

/** The keys that the values of a file name, which is whole. */
function sealedBy({ db }: TempCli): unknown[] {
  const file = new Database(db)
  try {
    assert.equal(file.pragma('integrity_check', { simple: true }), 'ok')
    const values = file
      .prepare(
        `select bot_token as value from slack_installations union all
         select user_token from slack_installations union all select bot_token from slack_bots`,
      )
      .pluck()
      .all()
      .filter((value) => value !== null)
    return [...new Set(values.map((value) => /^soe1\.([^.]+)\./.exec(String(value))?.[1]))]
  } finally {
    file.close()
  }
}
