import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { save } from '../../src/store/sql/save.js'
import { runSteps } from '../../src/store/sql/steps.js'
import { openStoreFile } from '../../src/store/sqlite/database.js'
import { sqliteDatabase } from '../../src/store/sqlite/statements.js'
import { grant, installation, tempPath } from './fixtures.js'
import { operations } from './operations.js'

/** A store of 300 workspaces with three members each, and the plans of what is run in it. */
async function planned(t: TestContext) {
  const path = await tempPath(t)
  const file = await openStoreFile(path)
  t.after(() => file.close())
  const db = sqliteDatabase(file)
  await db.write(function* () {
    for (let index = 0; index < 900; index++) {
      const team = { id: `T${100 + (index % 300)}` }
      const user = { id: `U${100 + index}`, grant: grant() }
      yield* save(db.dialect, installation({ team, user }))
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
    const plans: string[] = []
    const answer = ({ sql, parameters }: { sql: string; parameters: object }) => {
      for (const row of raw.prepare(`explain query plan ${sql}`).all(parameters)) {
        plans.push(String(Object(row).detail))
      }
      const statement = raw.prepare(sql)
      if (statement.reader) return statement.all(parameters).map((row) => ({ ...Object(row) }))
      statement.run(parameters)
      return []
    }
    runSteps(work(dialect), answer)

    assert.ok(plans.length > 0)
    for (const plan of plans) {
      assert.doesNotMatch(plan, /SCAN (?!CONSTANT)|TEMP B-TREE|AUTOMATIC/, plans.join('\n'))
    }
  })
}
