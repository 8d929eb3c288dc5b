import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { newStoreKey, storeKeyText } from '../../src/store/encryption/store-key.ts'
import type { DamagedInstallation } from '../../src/store/installation-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresForTests, skip } from '../support/postgres.ts'
import { sharedStoreContract, storeContract } from './contract.ts'
import { all, bot, grant, installation, opened, tempPath, userOnly } from './fixtures.ts'
import * as python from './python-sdk.ts'

const key = newStoreKey()
const other = newStoreKey()
const T111 = { enterpriseId: 'E111', teamId: 'T111' }
const PLACE = { clientId: '111.222', ...T111, isEnterpriseInstall: false }

/** An installation with a secret in every column that has one. */
const full = installation({
  bot: bot({ token: 'xoxb-clear', refreshToken: 'xoxe-1-bot-clear' }),
  user: { id: 'U111', grant: grant({ token: 'xoxp-clear', refreshToken: 'xoxe-1-user-clear' }) },
  incomingWebhook: { url: 'https://hooks.slack.com/services/T/B/clear' },
})

const withKey = (...keys: readonly (typeof key)[]) => ({ key: keys.map(storeKeyText).join(',') })
/** As if nothing were set, and no keychain asked. */
const withoutKey = withKey(other)

async function sealed(t: TestContext, path: string, options = {}): Promise<Store> {
  const store = await opened(t, path, { ...withKey(key), ...options })
  await store.encryption.seal(key)
  return store
}

function raw(t: TestContext, path: string): Database.Database {
  const db = new Database(path)
  t.after(() => db.close())
  return db
}

/** Every value of the columns that hold secrets. */
function values(db: Database.Database): string[] {
  return db
    .prepare(
      `select bot_token as a, bot_refresh_token as b, user_token as c, user_refresh_token as d, incoming_webhook_url as e
       from slack_installations
       union all select bot_token, bot_refresh_token, null, null, null from slack_bots`,
    )
    .raw()
    .all()
    .flat()
    .filter((value) => value !== null)
    .map(String)
}

/** All bytes of a store: the file, its log, and whatever else lies beside it. */
function bytesOf(path: string): string {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => readFileSync(join(dirname(path), name), 'latin1'))
    .join('')
}

storeContract('a sealed file', async (t, options) => {
  const store = await sealed(t, await tempPath(t), options)
  return { writer: store, reader: store }
})

sharedStoreContract(
  'a sealed file',
  async (t) => {
    process.env.SLACK_OAUTH_KEY = storeKeyText(key)
    t.after(() => {
      delete process.env.SLACK_OAUTH_KEY
    })
    const location = await tempPath(t)
    return { location, store: await sealed(t, location) }
  },
  5,
)

describe('a store that is sealed', () => {
  test('has no secret in the clear in any column, and is read as before', async (t) => {
    const path = await tempPath(t)
    const store = await opened(t, path, withKey(key))
    await store.installations.save(full)
    const before = await all(store)

    assert.equal(await store.encryption.seal(key), 7)

    const stored = values(raw(t, path))
    assert.equal(stored.length, 7)
    for (const value of stored) assert.match(value, new RegExp(`^soe1\\.${key.id}\\.[\\w-]+$`))
    assert.deepEqual(await all(store), before)
  })

  test('keeps none in its file, its log and its free pages, whoever deleted what before', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    const db = raw(t, path)
    db.pragma('journal_mode = wal')
    // As a Python app, that does not overwrite what it deletes
    db.pragma('secure_delete = off')
    for (let row = 0; row < 200; row++) python.save(path)
    db.exec('delete from slack_installations where id % 2 = 0; delete from slack_bots where id > 3')
    assert.match(bytesOf(path), /xoxb-1/)

    await (await opened(t, path, withKey(key))).encryption.seal(key)

    assert.doesNotMatch(bytesOf(path), /xox[bpe]-/)
  })

  test('seals what is saved from then on, also by a process that had it open before', async (t) => {
    const path = await tempPath(t)
    const before = await opened(t, path, withKey(key))
    await before.installations.save(installation())
    await sealed(t, path)

    await before.installations.save(full)

    for (const value of values(raw(t, path))) assert.match(value, /^soe1\./)
    assert.doesNotMatch(bytesOf(path), /clear/)
  })

  test('stays sealed when a token is renewed, which is compared as it was opened', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    await store.installations.save(full)
    const [was] = values(raw(t, path))
    const next = bot({ token: 'xoxb-2-clear', refreshToken: 'xoxe-2-clear' })

    assert.equal(
      await store.installations.replaceGrant(PLACE, bot({ token: 'xoxb-0' }), next),
      false,
    )
    assert.equal(await store.installations.replaceGrant(PLACE, full.bot ?? bot(), next), true)

    assert.notEqual(values(raw(t, path))[0], was)
    assert.equal((await store.installations.findBot(T111))?.token, 'xoxb-2-clear')
    assert.doesNotMatch(bytesOf(path), /clear/)
  })

  test('stays sealed also where somebody took away the row that says so', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    await store.installations.save(full)
    raw(t, path).exec('delete from slack_oauth_encryption')

    const next = bot({ token: 'xoxb-2-clear' })
    assert.equal(await store.installations.replaceGrant(PLACE, full.bot ?? bot(), next), true)

    assert.doesNotMatch(bytesOf(path), /clear/)
  })

  test('seals no value twice the same', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    await store.installations.save(full)
    await store.installations.save(userOnly({ team: { id: 'T333' } }))

    const stored = values(raw(t, path))
    const [{ bots }] = [{ bots: stored.filter((value, at) => stored.indexOf(value) === at) }]
    assert.equal(bots.length, stored.length)
  })

  test('makes no sealed store of the one it is imported into', async (t) => {
    const store = await sealed(t, await tempPath(t))
    await store.installations.save(full)
    const path = await tempPath(t)
    const copy = await opened(t, path)
    await copy.installations.merge(store.installations.list())

    assert.ok(values(raw(t, path)).includes('xoxb-clear'))
  })
})

describe('a sealed value', () => {
  const moves: readonly (readonly [what: string, sql: string])[] = [
    [
      'to another workspace',
      `update slack_installations set user_token = (select user_token from slack_installations where team_id = 'T111')
       where team_id = 'T333'`,
    ],
    ['to another column', 'update slack_installations set user_token = user_refresh_token'],
    ['to another member', "update slack_installations set user_id = 'U999'"],
    ['to another app', "update slack_installations set client_id = '9.9'"],
    ['to another organization', "update slack_installations set enterprise_id = 'E999'"],
    ['to another workspace with its row', "update slack_installations set team_id = 'T999'"],
    [
      'into the column of a webhook',
      'update slack_installations set incoming_webhook_url = user_token',
    ],
  ]
  for (const [what, sql] of moves) {
    test(`that was moved ${what} does not open`, async (t) => {
      const path = await tempPath(t)
      const store = await sealed(t, path)
      const member = { id: 'U111', grant: grant({ refreshToken: 'xoxe-1' }) }
      await store.installations.save(userOnly({ user: member }))
      await store.installations.save(userOnly({ user: member, team: { id: 'T333' } }))
      raw(t, path).exec(sql)

      await assert.rejects(all(store), { code: 'store_corrupt', exitCode: 6 })
    })
  }

  test('that was moved is left out of a list by its name, and a wrong key is no damage', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    const member = { id: 'U111', grant: grant() }
    await store.installations.save(userOnly({ user: member }))
    await store.installations.save(userOnly({ user: member, team: { id: 'T333' } }))
    raw(t, path).exec("update slack_installations set team_id = 'T999' where team_id = 'T111'")

    const heard: string[] = []
    const list = async (from: Store) => {
      const hear = ({ teamId, error }: DamagedInstallation) =>
        heard.push(`${teamId}: ${error.message}`)
      const found: (string | undefined)[] = []
      for await (const { team } of from.installations.list({}, hear)) found.push(team?.id)
      return found
    }
    assert.deepEqual(await list(store), ['T333'])
    const why = 'What is in user_token of E111 T999 U111 was not sealed for it'
    assert.deepEqual(heard, [`T999: ${why}`])

    const locked = await opened(t, path, withoutKey)
    await assert.rejects(list(locked), { code: 'store_key_wrong' })
    assert.equal(heard.length, 1)
  })

  test("of one workspace's bot is not that of another", async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    await store.installations.save(installation())
    await store.installations.save(installation({ team: { id: 'T333' } }))
    raw(t, path).exec(
      "update slack_bots set bot_token = (select bot_token from slack_bots where team_id = 'T333')",
    )

    await assert.rejects(store.installations.findBot(T111), { code: 'store_corrupt' })
  })

  for (const [what, change] of [
    ['a bit of it was changed', (value: string) => flipped(value)],
    ['it was cut off', (value: string) => value.slice(0, -4)],
    ['nothing of it is left but its beginning', (value: string) => value.slice(0, 14)],
  ] as const) {
    test(`does not open when ${what}`, async (t) => {
      const path = await tempPath(t)
      const store = await sealed(t, path)
      await store.installations.save(userOnly())
      const db = raw(t, path)
      const [value = ''] = values(db)
      db.prepare('update slack_installations set user_token = ?').run(change(value))

      await assert.rejects(all(store), { code: 'store_corrupt', exitCode: 6 })
    })
  }

  test('of a later format is refused as such', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path)
    await store.installations.save(userOnly())
    raw(t, path).exec(
      "update slack_installations set user_token = replace(user_token, 'soe1', 'soe2')",
    )

    await assert.rejects(all(store), { code: 'store_newer', exitCode: 6 })
  })

  test('that names another key does not open with this one', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path, withKey(key, other))
    await store.installations.save(userOnly())
    const rename = `replace(user_token, '${key.id}', '${other.id}')`
    raw(t, path).exec(`update slack_installations set user_token = ${rename}`)

    await assert.rejects(all(store), { code: 'store_corrupt' })
  })
})

/** With another character in the middle. */
function flipped(value: string): string {
  const at = Math.floor(value.length / 2)
  return `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`
}

describe('without its key, a sealed store', () => {
  const works: Record<string, (store: Store) => Promise<unknown>> = {
    'is not read': (store) => store.installations.findInstallation(T111),
    'is not listed': (store) => all(store),
    'takes no installation': (store) => store.installations.save(installation({ appId: 'A2' })),
    'takes none of another workspace': (store) =>
      store.installations.save(installation({ team: { id: 'T9' } })),
    'takes no renewed token': (store) =>
      store.installations.replaceGrant(PLACE, full.bot ?? bot(), bot()),
    'takes no import': (store) => store.installations.merge([installation()]),
    'is not sealed with another': (store) => store.encryption.seal(other),
    'is not opened': (store) => store.encryption.unseal(),
  }
  for (const [what, work] of Object.entries(works)) {
    test(`${what}, and stays as it is`, async (t) => {
      const path = await tempPath(t)
      await (await sealed(t, path)).installations.save(full)
      const store = await opened(t, path, withoutKey)
      const before = values(raw(t, path))

      await assert.rejects(work(store), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'store_key_wrong')
        assert.match(error.message, new RegExp(key.id))
        assert.match(error.hint ?? '', /SLACK_OAUTH_KEY_FILE/)
        return true
      })
      assert.deepEqual(values(raw(t, path)), before)
    })
  }

  test('still tells where the app is installed, and by which key it is sealed', async (t) => {
    const path = await tempPath(t)
    await (await sealed(t, path)).installations.save(full)
    const store = await opened(t, path, withoutKey)

    const places: unknown[] = []
    for await (const each of store.installations.places()) places.push(each)
    assert.deepEqual(places, [PLACE])
    assert.equal(await store.encryption.keyId(), key.id)
  })

  test('says that a key is none, and does not repeat it', async (t) => {
    const path = await tempPath(t)
    await (await sealed(t, path)).installations.save(full)

    for (const text of ['c2VjcmV0', storeKeyText(key).slice(0, 40), `${storeKeyText(key)}A`]) {
      const store = await opened(t, path, { key: text })
      await assert.rejects(all(store), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'store_key_wrong')
        assert.ok(!error.message.includes(text))
        return true
      })
    }
  })
})

describe('a clear row in a sealed store', () => {
  async function withPythonRow(t: TestContext): Promise<string> {
    const path = await tempPath(t)
    python.createTables(path)
    await (await sealed(t, path)).installations.save(userOnly())
    python.save(path)
    return path
  }

  test('is read, and warned of once', async (t) => {
    const path = await withPythonRow(t)
    const warnings: string[] = []
    const store = await opened(t, path, { ...withKey(key), warn: (text) => warnings.push(text) })

    assert.equal((await store.installations.findBot(T111))?.token, 'xoxb-1')
    await all(store)

    assert.deepEqual(
      warnings.filter((text) => text.includes('in the clear')),
      ['A program that cannot seal has stored a token in the clear: slack-oauth encrypt seals it'],
    )
  })

  test('is counted, and sealed the next time', async (t) => {
    const path = await withPythonRow(t)
    const store = await opened(t, path, withKey(key))
    const clear = await store.encryption.clearSecrets()
    assert.ok(clear > 0)

    assert.equal(await store.encryption.seal(key), clear)

    assert.equal(await store.encryption.clearSecrets(), 0)
    assert.doesNotMatch(bytesOf(path), /xoxb-1/)
  })

  test('is not warned of in a store that is in the clear', async (t) => {
    const path = await tempPath(t)
    const warnings: string[] = []
    const store = await opened(t, path, { warn: (text) => warnings.push(text) })
    await store.installations.save(full)
    await all(store)

    assert.deepEqual(warnings, [])
  })
})

describe('another key', () => {
  test('seals all that the earlier one did, which is then not needed', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path, withKey(key, other))
    await store.installations.save(full)
    const before = await all(store)

    assert.equal(await store.encryption.seal(other), 7)

    assert.deepEqual(await all(await opened(t, path, withKey(other))), before)
    assert.equal(await store.encryption.keyId(), other.id)
    assert.doesNotMatch(bytesOf(path), new RegExp(`soe1\\.${key.id}`))
  })

  test('is taken by a process that had the store open, which has both', async (t) => {
    const path = await tempPath(t)
    const app = await sealed(t, path, withKey(key, other))
    await app.installations.save(full)
    await (await opened(t, path, withKey(key, other))).encryption.seal(other)

    assert.equal((await app.installations.findBot(T111))?.token, 'xoxb-clear')
    await app.installations.save(full)
    for (const value of values(raw(t, path))) assert.match(value, new RegExp(other.id))
  })

  test('changes nothing where one value cannot be opened', async (t) => {
    const path = await tempPath(t)
    const store = await sealed(t, path, withKey(key, other))
    await store.installations.save(full)
    const db = raw(t, path)
    db.exec("update slack_bots set bot_token = 'soe1.00000000.AAAA'")
    const before = values(db)

    await assert.rejects(store.encryption.seal(other), { code: 'store_key_wrong' })

    assert.deepEqual(values(db), before)
    assert.equal(await store.encryption.keyId(), key.id)
  })
})

test('what is opened again is as it was before, for other programs too', async (t) => {
  const path = await tempPath(t)
  const store = await sealed(t, path)
  await store.installations.save(full)
  assert.equal(python.findBotToken(path, T111)?.startsWith('soe1.'), true)

  assert.equal(await store.encryption.unseal(), 7)

  assert.equal(python.findBotToken(path, T111), 'xoxb-clear')
  assert.equal(await store.encryption.keyId(), undefined)
  assert.deepEqual(await all(await opened(t, path, { key: '' })), await all(store))
})

const server = postgresForTests()

if (skip) test('a sealed store in PostgreSQL', { skip }, () => {})
else {
  storeContract('sealed PostgreSQL', async (t, options) => {
    const store = await sealed(t, await server.schema(t), options)
    return { writer: store, reader: store }
  })

  test('a store in PostgreSQL is sealed, sealed anew and opened', async (t) => {
    const url = await server.schema(t)
    const store = await opened(t, url, withKey(key, other))
    await store.installations.save(full)
    const before = await all(store)
    const tokens = async () => {
      const rows = await server.sql('select bot_token, user_token from slack_installations', url)
      return JSON.stringify(rows)
    }

    assert.equal(await store.encryption.seal(key), 7)
    assert.doesNotMatch(await tokens(), /clear/)
    assert.deepEqual(await all(store), before)
    await assert.rejects(all(await opened(t, url, withoutKey)), { code: 'store_key_wrong' })

    assert.equal(await store.encryption.seal(other), 7)
    assert.deepEqual(await all(await opened(t, url, withKey(other))), before)

    assert.equal(await store.encryption.unseal(), 7)
    assert.match(await tokens(), /xoxb-clear/)
  })
}

test('a store in memory is sealed as well', async () => {
  const store = await openStore(':memory:', withKey(key))
  await store.encryption.seal(key)
  await store.installations.save(full)
  assert.equal((await store.installations.findBot(T111))?.token, 'xoxb-clear')
  await store.close()
})
