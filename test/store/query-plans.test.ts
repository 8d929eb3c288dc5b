import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import type { Dialect } from '../../src/store/sql/database.js'
import { deleteBot, deleteInstallation, deleteUserGrant } from '../../src/store/sql/delete.js'
import { listPage, nextPlace, START } from '../../src/store/sql/list.js'
import { findBot, findInstallation } from '../../src/store/sql/lookup.js'
import { merge } from '../../src/store/sql/merge.js'
import { placesFor } from '../../src/store/sql/place.js'
import { replaceGrant } from '../../src/store/sql/replace-grant.js'
import { save } from '../../src/store/sql/save.js'
import { runSteps, type Steps } from '../../src/store/sql/steps.js'
import { openStoreFile } from '../../src/store/sqlite/database.js'
import { copyTables } from '../../src/store/sqlite/read-only.js'
import { sqliteDatabase, sqliteDialect } from '../../src/store/sqlite/statements.js'
import { bot, CLIENT_ID, grant, installation, orgWide, tempPath } from './fixtures.js'
import { createTables, save as pythonSave } from './python-sdk.js'

const HERE = { clientId: CLIENT_ID, enterpriseId: 'E111', teamId: 'T111' }

/** What costs the same in a large store as in a small one, by what it is for. */
const operations: Record<string, (dialect: Dialect) => Steps<unknown>> = {
  'the newest installation of a place': (dialect) => findInstallation(dialect, HERE, undefined),
  "a member's installation": (dialect) => findInstallation(dialect, HERE, 'U111'),
  'the bot of a place': (dialect) => findBot(dialect, HERE),
  'the apps of a store': (dialect) => placesFor(dialect, { teamId: 'T111' }),
  'the first place': (dialect) => nextPlace(dialect, {}, START),
  'the place after another': (dialect) => nextPlace(dialect, {}, HERE),
  'a workspace by its id alone': (dialect) => nextPlace(dialect, { teamId: 'T111' }, START),
  'a workspace of an app': (dialect) =>
    nextPlace(dialect, { clientId: CLIENT_ID, teamId: 'T111' }, START),
  'an organization by its id alone': (dialect) =>
    nextPlace(dialect, { enterpriseId: 'E111', teamId: '' }, START),
  'any workspace of an organization': (dialect) =>
    nextPlace(dialect, { enterpriseId: 'E111' }, START),
  'the members of a workspace': (dialect) => listPage(dialect, { teamId: 'T111' }, START),
  'the first page of the list': (dialect) => listPage(dialect, {}, START),
  'a page in the middle of the list': (dialect) =>
    listPage(dialect, {}, { ...HERE, userId: 'U111' }),
  'the list of an app': (dialect) => listPage(dialect, { clientId: CLIENT_ID }, START),
  'the list of an organization': (dialect) => listPage(dialect, { enterpriseId: 'E111' }, START),
  'the list of what is org-wide': (dialect) => listPage(dialect, { teamId: '' }, START),
  'the list of a member': (dialect) => listPage(dialect, { userId: 'U111' }, START),
  'the list of a member of a workspace': (dialect) =>
    listPage(dialect, { clientId: CLIENT_ID, teamId: 'T111', userId: 'U111' }, START),
  'a save': (dialect) => save(dialect, installation()),
  'an org-wide save': (dialect) => save(dialect, orgWide()),
  'taking in a copy': (dialect) => merge(dialect, [installation({ installedAt: 2e9 })]),
  "replacing a bot's token": (dialect) =>
    replaceGrant(dialect, { ...HERE, isEnterpriseInstall: false }, bot(), bot()),
  "replacing a member's token": (dialect) =>
    replaceGrant(
      dialect,
      { ...HERE, userId: 'U111', isEnterpriseInstall: false },
      grant(),
      grant(),
    ),
  'forgetting a bot': (dialect) => deleteBot(dialect, HERE),
  "forgetting a member's token": (dialect) => deleteUserGrant(dialect, HERE, 'U111'),
  "forgetting a member's installation": (dialect) => deleteInstallation(dialect, HERE, 'U111'),
  "forgetting all members' installations": (dialect) =>
    deleteInstallation(dialect, HERE, undefined),
}

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
      sqliteDialect(() => false),
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
