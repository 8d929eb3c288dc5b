import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openStore, openStoreToRead } from '../../src/store/open-store.ts'
import { installation, opened, tempPath } from './fixtures.ts'
import * as python from './python-sdk.ts'

/** A Python app's file with one row, after what was done to it. */
async function changedFile(t: TestContext, sql: string): Promise<string> {
  const path = await tempPath(t)
  python.createTables(path)
  python.save(path)
  new Database(path).exec(sql).close()
  return path
}

/** Whoever opens it, and for whatever, it is refused and stays as it is. */
async function isRefused(path: string, message: RegExp): Promise<void> {
  const look = () => [readFileSync(path), readdirSync(dirname(path))]
  const before = look()
  const expected = { code: 'store_unsupported', exitCode: 6, message }
  await assert.rejects(openStore(path), expected)
  await assert.rejects(openStore(path, { mustExist: true }), expected)
  await assert.rejects(openStoreToRead(path), expected)
  assert.deepEqual(look(), before)
}

const ROTATION = /_(refresh_token|token_expires_at)$/

for (const table of ['slack_installations', 'slack_bots']) {
  test(`a view by the name of ${table} is refused`, async (t) => {
    const path = await changedFile(
      t,
      `alter table ${table} rename to other; create view ${table} as select * from other`,
    )
    await isRefused(path, new RegExp(`not those of a store: ${table} is a view$`))
  })

  describe(`without its column`, () => {
    const db = new Database(':memory:')
    db.exec(python.schema)
    const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table)
    for (const column of columns.map(String).filter((name) => !ROTATION.test(name))) {
      test(`${column}, ${table} is refused`, async (t) => {
        const path = await changedFile(t, `alter table ${table} rename column ${column} to other`)
        await isRefused(path, new RegExp(`not those of a store: ${table} has no ${column}$`))
      })
    }
  })
}

for (const [what, change] of [
  ['removed', (path: string) => rmSync(path)],
  ['moved away', (path: string) => renameSync(path, `${path}.old`)],
  [
    'replaced',
    (path: string) => {
      python.createTables(`${path}.new`)
      renameSync(`${path}.new`, path)
    },
  ],
] as const) {
  test(`nothing is saved to a file that was ${what} while it was open`, async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    const store = await opened(t, path)
    await store.installations.save(installation())

    change(path)

    const expected = { code: 'store_unavailable', exitCode: 6 }
    await assert.rejects(store.installations.save(installation()), expected)
    await assert.rejects(store.installations.findBot({ teamId: 'T111' }), expected)
  })
}
