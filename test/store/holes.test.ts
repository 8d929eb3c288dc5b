import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { first } from '../../src/store/sql/steps.ts'
import { sqliteDatabase } from '../../src/store/sqlite/database.ts'
import { openStoreFile } from '../../src/store/sqlite/file.ts'
import { bot, grant, installation, opened, tempPath } from './fixtures.ts'

const T111 = { teamId: 'T111' }

test('what is noted of a token says nothing of the token that a Python app puts in its place', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  const failure = { code: 'refresh_token_invalid', at: 1_700_000_000 }
  const noted = { isPublicClient: true, refreshTokenExpiresAt: 1_800_000_000, failure }
  await store.installations.save(
    installation({
      bot: bot({ refreshToken: 'xoxe-1', expiresAt: 1, ...noted }),
      user: { id: 'U111', grant: grant({ refreshToken: 'xoxe-2', expiresAt: 1, ...noted }) },
    }),
  )
  const db = new Database(path)
  db.exec(`
    update slack_installations set bot_token = 'xoxb-new', bot_refresh_token = 'xoxe-3',
      user_token = 'xoxp-new', user_refresh_token = 'xoxe-4';
    update slack_bots set bot_token = 'xoxb-new', bot_refresh_token = 'xoxe-3'`)
  db.close()
  const found = await store.installations.findInstallation({ ...T111, userId: 'U111' })
  assert.deepEqual(found?.bot, bot({ token: 'xoxb-new', refreshToken: 'xoxe-3', expiresAt: 1 }))
  assert.deepEqual(
    found?.user.grant,
    grant({ token: 'xoxp-new', refreshToken: 'xoxe-4', expiresAt: 1 }),
  )
  assert.deepEqual(await store.installations.findBot(T111), found?.bot)
})

test('a read over both tables sees one state of the file, whatever another process commits meanwhile', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.installations.save(installation())
  const file = await openStoreFile(path)
  t.after(() => file.close())
  const other = new Database(path)
  t.after(() => other.close())
  const seen = await sqliteDatabase(file).read(function* () {
    const before = yield* first('select bot_token from slack_bots')
    other.exec(
      "update slack_bots set bot_token = 'b'; update slack_installations set bot_token = 'b'",
    )
    const after = yield* first('select bot_token from slack_installations')
    return [before?.bot_token, after?.bot_token]
  })
  assert.deepEqual(seen, ['xoxb-1', 'xoxb-1'])
})

test('an installation by a slower clock is the newest all the same', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  const ahead = Date.now() / 1000 + 3600
  await store.installations.save(installation({ installedAt: ahead, user: { id: 'U1' } }))
  await store.installations.save(
    installation({ installedAt: ahead - 3600, user: { id: 'U2' }, bot: bot({ token: 'xoxb-2' }) }),
  )
  const found = await store.installations.findInstallation(T111)
  assert.equal(found?.user.id, 'U2')
  assert.ok((found?.installedAt ?? 0) > ahead)
  assert.equal((await store.installations.findBot(T111))?.token, 'xoxb-2')
})

test('a deleted bot leaves nothing that was noted of it', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  const noted = bot({ isPublicClient: true })
  await store.installations.save(installation({ bot: noted, user: { id: 'U1', grant: grant() } }))
  await store.installations.deleteBot(T111)
  const db = new Database(path, { readonly: true })
  t.after(() => db.close())
  assert.deepEqual(db.prepare("select * from slack_oauth_details where user_id = ''").all(), [])
})

test('every commit is on the disk before it is told: SQLite runs with synchronous=full', async (t) => {
  const path = await tempPath(t)
  const file = await openStoreFile(path)
  t.after(() => file.close())
  const [synchronous, journal] = await file.use((db) => [
    db.pragma('synchronous', { simple: true }),
    db.pragma('journal_mode', { simple: true }),
  ])
  assert.deepEqual([synchronous, journal], [2, 'wal'])
})

test('an installation of which there is nothing to note has no row of notes', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.installations.save(installation({ user: { id: 'U1', grant: grant() } }))
  const db = new Database(path, { readonly: true })
  t.after(() => db.close())
  assert.deepEqual(db.prepare('select * from slack_oauth_details').all(), [])
})
