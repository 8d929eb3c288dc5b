import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { sqlStateStore } from '../../src/store/sql/state-store.ts'
import { sqliteDatabase } from '../../src/store/sqlite/database.ts'
import { openStoreFile } from '../../src/store/sqlite/file.ts'
import { sharedStoreContract, storeContract } from './contract.ts'
import { beforeCall, bot, installation, opened, tempPath } from './fixtures.ts'
import { createTables } from './python-sdk.ts'

storeContract('in memory', async (t, options) => {
  const store = await opened(t, ':memory:', options)
  return { writer: store, reader: store }
})

storeContract('a file', async (t, options) => {
  const store = await opened(t, await tempPath(t), options)
  return { writer: store, reader: store }
})

storeContract('a file through two connections', async (t, options) => {
  const path = await tempPath(t)
  const writer = await opened(t, path, options)
  return { writer, reader: await opened(t, path, { ...options, mustExist: true }) }
})

storeContract("a Python app's file through two connections", async (t, options) => {
  const path = await tempPath(t)
  createTables(path)
  const writer = await opened(t, path, options)
  return { writer, reader: await opened(t, path, options) }
})

sharedStoreContract('a file', async (t) => {
  const location = await tempPath(t)
  return { location, store: await opened(t, location) }
})

sharedStoreContract("a Python app's file", async (t) => {
  const location = await tempPath(t)
  createTables(location)
  return { location, store: await opened(t, location) }
})

test('an expired state leaves the file when the next one is issued', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.states.issue({ lifetimeSeconds: 0.01 })
  await sleep(20)
  await store.states.issue()

  const db = new Database(path)
  t.after(() => db.close())
  assert.equal(db.prepare('select count(*) from oauth_states').pluck().get(), 1)
})

test('a state that another consumes between two of our statements is good for one of us', async (t) => {
  const path = await tempPath(t)
  const file = await openStoreFile(path)
  t.after(() => file.close())
  const other = new Database(path, { timeout: 0 })
  t.after(() => other.close())

  for (let turn = 0; turn < 8; turn++) {
    const state = await sqlStateStore(sqliteDatabase(file), () => 0).issue()
    let isTaken = false
    const take = () => {
      const sql = 'delete from oauth_states where state = ? returning id'
      try {
        isTaken = other.prepare(sql).all(state).length > 0
      } catch (error) {
        // Kept out by our transaction
        assert.match(String(error), /database is locked/)
      }
    }
    const states = sqlStateStore(
      sqliteDatabase({
        ...file,
        use: (work) => file.use((db) => work(beforeCall(db, 'prepare', turn, take))),
      }),
      () => 0,
    )

    assert.notEqual(await states.consume(state), isTaken, `before statement ${turn}`)
  }
})

test('a state that cannot be removed because the file is being read is not good yet', async (t) => {
  const path = await tempPath(t)
  createTables(path)
  const store = await opened(t, path)
  const state = await store.states.issue()
  const db = new Database(path)
  t.after(() => db.close())
  // Without WAL, one who reads keeps others from committing
  const reading = db.prepare('select * from oauth_states').iterate()
  reading.next()

  const consuming = store.states.consume(state)
  await sleep(100)
  reading.return?.()

  assert.equal(await consuming, true)
  assert.equal(await store.states.consume(state), false)
})

test('a save that fails halfway changes nothing', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.installations.save(installation())
  const db = new Database(path)
  t.after(() => db.close())
  db.exec(`create trigger no_bots before insert on slack_bots
    begin select raise(abort, 'no'); end`)

  await assert.rejects(
    store.installations.save(installation({ bot: bot({ token: 'xoxb-2' }), appId: 'A222' })),
    { code: 'store_unsupported' },
  )

  const query = { enterpriseId: 'E111', teamId: 'T111' }
  assert.deepEqual(await store.installations.findInstallation(query), installation())
})
