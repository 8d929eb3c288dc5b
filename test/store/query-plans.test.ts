import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { listPage, START } from '../../src/store/sql/list.ts'
import { save } from '../../src/store/sql/save.ts'
import { runSteps, type Steps } from '../../src/store/sql/steps.ts'
import { sqliteDatabase, sqliteDialect } from '../../src/store/sqlite/database.ts'
import { openStoreFile } from '../../src/store/sqlite/file.ts'
import { copyTables } from '../../src/store/sqlite/read-only.ts'
import { bot, grant, installation, tempPath } from './fixtures.ts'
import { operations } from './operations.ts'
import { createTables, save as pythonSave } from './python-sdk.ts'

/** A store of 300 workspaces with three members each, and the plans of what is run in it. */
async function planned(t: TestContext) {
  const path = await tempPath(t)
  const file = await openStoreFile(path)
  t.after(() => file.close())
  const db = sqliteDatabase(file)
  // With a row in our own table
  const pkceBot = bot({ isPublicClient: true })
  await db.write(function* () {
    for (let index = 0; index < 900; index++) {
      const team = { id: `T${100 + (index % 300)}` }
      const user = { id: `U${100 + index}`, grant: grant() }
      yield* save(db.dialect, installation({ team, user, bot: pkceBot }))
    }
    yield* save(db.dialect, installation({ user: { id: 'U111', grant: grant() } }))
  })
  const raw = new Database(path)
  t.after(() => raw.close())
  return { dialect: db.dialect, raw }
}

for (const [what, work] of Object.entries(operations)) {
  test(`${what} is found by an index`, async (t) => {
    const { dialect, raw } = await planned(t)
    assertIndexed(raw, work(dialect))
  })
}

test("another program's store, whose indexes are not ours, is listed by one all the same", async (t) => {
  const path = await tempPath(t)
  createTables(path)
  for (const team_id of ['T1', 'T2', 'T3']) pythonSave(path, { team_id })
  new Database(path).exec('drop index slack_installations_idx; drop index slack_bots_idx').close()
  const raw = new Database(path, { readonly: true })
  t.after(() => raw.close())
  copyTables(raw)

  const listed = assertIndexed(
    raw,
    listPage(
      sqliteDialect(() => 0),
      {},
      START,
    ),
  )
  assert.equal(listed.installations.length, 3)
})

/** Runs work, each statement of which has to find its rows by an index, and in their order. */
function assertIndexed<T>(raw: Database.Database, work: Steps<T>): T {
  const plans: string[] = []
  const result = runSteps(work, ({ sql, parameters }) => {
    for (const row of raw.prepare(`explain query plan ${sql}`).all(parameters)) {
      plans.push(String(Object(row).detail))
    }
    const statement = raw.prepare(sql)
    if (statement.reader) return statement.all(parameters).map((row) => ({ ...Object(row) }))
    statement.run(parameters)
    return []
  })

  assert.ok(plans.length > 0)
  for (const plan of plans) {
    assert.doesNotMatch(plan, /SCAN (?!CONSTANT)|TEMP B-TREE|AUTOMATIC/, plans.join('\n'))
  }
  return result
}
