import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Installation } from '../../src/index.ts'
import { openStore, openStoreToRead } from '../../src/store/open-store.ts'
import { migrate } from '../../src/store/sqlite/migrations.ts'
import { fill, makeRoom, smallDisk } from '../support/small-disk.ts'
import {
  all,
  beforeCall,
  bot,
  grant,
  installation,
  opened,
  tempPath,
  userOnly,
} from './fixtures.ts'
import { otherProcess } from './other-process.ts'
import * as python from './python-sdk.ts'

const T111 = { enterpriseId: 'E111', teamId: 'T111' }

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

function raw(t: TestContext, path: string): Database.Database {
  const db = new Database(path)
  t.after(() => db.close())
  return db
}

/** What `work` does to a file, and to the folder it is in: nothing. */
async function leavesUntouched(path: string, work: () => Promise<void>): Promise<void> {
  const state = () => ({ bytes: readFileSync(path), mode: mode(path), files: folderOf(path) })
  const before = state()
  await work()
  assert.deepEqual(state(), before)
}

function folderOf(path: string): string[] {
  return readdirSync(dirname(path)).sort()
}

describe('a new file', () => {
  test('and all that SQLite puts beside it are for their owner only, whatever the umask', async (t) => {
    const before = process.umask(0)
    t.after(() => process.umask(before))
    const path = join(dirname(await tempPath(t)), 'deep', 'er', 'installations.db')
    const store = await opened(t, path)
    await store.installations.save(installation())

    for (const suffix of ['', '-wal', '-shm']) assert.equal(mode(`${path}${suffix}`), '600')
    assert.equal(mode(dirname(path)), '700')
    assert.equal(mode(dirname(dirname(path))), '700')
  })

  test('has a write-ahead log', async (t) => {
    const path = await tempPath(t)
    await opened(t, path)

    assert.equal(raw(t, path).pragma('journal_mode', { simple: true }), 'wal')
  })

  test("has the tables of Slack's Python SDK to the letter, and else only our own", async (t) => {
    const path = await tempPath(t)
    await opened(t, path)
    const expected = new Database(':memory:')
    expected.exec(python.schema)

    const ours = objects(raw(t, path)).filter(({ name }) => !name.startsWith('slack_oauth_'))
    assert.deepEqual(ours, objects(expected))
  })

  test('is made out of an empty one', async (t) => {
    const path = await tempPath(t)
    writeFileSync(path, '', { mode: 0o600 })
    const store = await opened(t, path)
    await store.installations.save(installation())

    assert.equal(raw(t, path).pragma('journal_mode', { simple: true }), 'wal')
  })

  test('can be opened by several processes at the same moment', async (t) => {
    const processes = Array.from({ length: 4 }, () => otherProcess(t))
    await Promise.all(processes.map((each) => each.call('ready', {})))

    for (let round = 0; round < 10; round++) {
      const location = await tempPath(t)
      const startAt = Date.now() + 20
      const opening = processes.map((each) => each.call('open', { location, startAt }))
      assert.deepEqual(await Promise.all(opening), [true, true, true, true])
      assert.deepEqual(await all(await opened(t, location)), [])
    }
  })

  test('is made once by two that find it empty at the same moment', async (t) => {
    const path = await tempPath(t)
    const [first, second] = [raw(t, path), raw(t, path)]

    migrate(
      beforeCall(first, 'transaction', 0, () => migrate(second, path)),
      path,
    )

    assert.deepEqual(await all(await opened(t, path)), [])
  })

  test('is not made by one who only reads', async (t) => {
    const path = await tempPath(t)

    await assert.rejects(openStore(path, { mustExist: true }), { code: 'not_installed' })
    assert.deepEqual(folderOf(path), [])
  })
})

describe('a file that others can read', () => {
  test('keeps its mode, and a warning names it', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    chmodSync(path, 0o644)
    const warnings: string[] = []
    const store = await opened(t, path, { warn: (message) => warnings.push(message) })
    await store.installations.save(installation())

    assert.equal(mode(path), '644')
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /others can read it: chmod 600/)
    assert.ok(warnings[0]?.includes(path))
  })

  test('is not warned of once only its owner can read it', async (t) => {
    const warnings: string[] = []
    await opened(t, await tempPath(t), { warn: (message) => warnings.push(message) })

    assert.deepEqual(warnings, [])
  })
})

describe('an existing file', () => {
  for (const journal of ['delete', 'truncate', 'wal']) {
    test(`keeps the journal mode "${journal}"`, async (t) => {
      const path = await tempPath(t)
      python.createTables(path)
      raw(t, path).pragma(`journal_mode = ${journal}`)
      const before = raw(t, path).pragma('journal_mode', { simple: true })
      const store = await opened(t, path)
      await store.installations.save(installation())

      assert.equal(raw(t, path).pragma('journal_mode', { simple: true }), before)
    })
  }

  test('is not written by one who reads it', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    python.save(path)

    await leavesUntouched(path, async () => {
      const store = await openStore(path, { mustExist: true })
      assert.equal((await all(store)).length, 1)
      await store.close()
    })
  })

  test('that holds something else is not installed', async (t) => {
    const path = await tempPath(t)
    raw(t, path).exec('create table bookmarks (url text)')

    await leavesUntouched(path, () =>
      assert.rejects(openStore(path, { mustExist: true }), { code: 'not_installed' }),
    )
  })

  test('keeps the tables of its app', async (t) => {
    const path = await tempPath(t)
    const db = raw(t, path)
    db.exec("create table bookmarks (url text); insert into bookmarks values ('x')")
    const store = await opened(t, path)
    await store.installations.save(installation())

    assert.equal(db.prepare('select url from bookmarks').pluck().get(), 'x')
  })

  test('with one of the two tables gets the other when it is written', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    raw(t, path).exec('drop table slack_bots')
    const store = await opened(t, path)
    await store.installations.save(installation())

    assert.equal(python.findBotToken(path, T111), 'xoxb-1')
    assert.deepEqual(await store.installations.findBot(T111), bot())
  })

  test('with one of the two tables can be read', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    python.save(path)
    raw(t, path).exec('drop table slack_bots')
    const store = await opened(t, path, { mustExist: true })

    assert.deepEqual(await store.installations.findBot(T111), bot())
  })
})

describe('a file that is refused', () => {
  for (const mustExist of [false, true]) {
    const as = mustExist ? 'to read' : 'to write'

    test(`${as}, since a newer version wrote it, stays as it is`, async (t) => {
      const path = await tempPath(t)
      const store = await openStore(path)
      await store.close()
      const db = new Database(path)
      db.pragma('journal_mode = delete')
      db.exec("insert into slack_oauth_migrations (id, name) values (99, 'm099_of_tomorrow')")
      db.close()

      await leavesUntouched(path, () =>
        assert.rejects(openStore(path, { mustExist }), { code: 'store_newer', exitCode: 6 }),
      )
    })

    test(`${as}, since SQLAlchemy made its tables, stays as it is`, async (t) => {
      const path = await tempPath(t)
      const db = new Database(path)
      db.exec(`CREATE TABLE slack_installations (
        id INTEGER NOT NULL, client_id VARCHAR(32) NOT NULL, app_id VARCHAR(32) NOT NULL,
        enterprise_id VARCHAR(32), team_id VARCHAR(32), bot_token VARCHAR(200),
        user_id VARCHAR(32) NOT NULL, is_enterprise_install BOOLEAN NOT NULL,
        installed_at DATETIME NOT NULL, PRIMARY KEY (id))`)
      db.close()

      await leavesUntouched(path, () =>
        assert.rejects(openStore(path, { mustExist }), {
          code: 'store_unsupported',
          exitCode: 6,
          hint: `slack-oauth import --from sqlite '${path}' --db OTHER_FILE`,
        }),
      )
    })

    for (const [what, bytes] of [
      ['text', 'client_id,team_id,bot_token\n'.repeat(100)],
      ['three bytes', 'abc'],
      ['zeros', Buffer.alloc(8192)],
    ] as const) {
      test(`${as}, since it is no database but ${what}, stays as it is`, async (t) => {
        const path = await tempPath(t)
        writeFileSync(path, bytes)

        await leavesUntouched(path, () =>
          assert.rejects(openStore(path, { mustExist }), { code: 'store_corrupt', exitCode: 6 }),
        )
      })
    }

    test(`${as}, since its first page is damaged, stays as it is`, async (t) => {
      const path = await tempPath(t)
      python.createTables(path)
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0xff, 100, 4096))

      await leavesUntouched(path, () =>
        assert.rejects(openStore(path, { mustExist }), { code: 'store_corrupt', exitCode: 6 }),
      )
    })

    test(`${as}, since it is a folder, is unavailable`, async (t) => {
      const path = await tempPath(t)
      mkdirSync(path)

      await assert.rejects(openStore(path, { mustExist }), { code: 'store_unavailable' })
    })
  }

  test('damaged where only a save comes, is corrupt', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xff, 4096))
    const store = await opened(t, path, { mustExist: true })

    await assert.rejects(store.installations.save(installation()), { code: 'store_corrupt' })
  })

  test('since a part of its path is a file, is unavailable', async (t) => {
    const path = await tempPath(t)
    writeFileSync(path, '')

    for (const below of [join(path, 'a.db'), join(path, 'a', 'b.db')]) {
      await assert.rejects(openStore(below), { code: 'store_unavailable' })
    }
  })

  test('since it is a link to nothing, is unavailable', async (t) => {
    const path = await tempPath(t)
    symlinkSync(join(dirname(path), 'nothing'), path)

    await assert.rejects(openStore(path), { code: 'store_unavailable' })
    await assert.rejects(openStore(path, { mustExist: true }), { code: 'not_installed' })
  })
})

describe('a file that another program has locked', () => {
  test('is waited for, and then read and written', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    const db = raw(t, path)
    db.exec('begin exclusive')
    const release = sleep(300).then(() => db.exec('commit'))

    const store = await opened(t, path)
    await store.installations.save(installation())

    await release
    assert.equal((await all(store)).length, 1)
  })

  test('is waited for by one who reads', async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    python.save(path)
    const db = raw(t, path)
    db.exec('begin exclusive')
    const release = sleep(300).then(() => db.exec('commit'))

    assert.equal((await all(await opened(t, path, { mustExist: true }))).length, 1)
    await release
  })

  test('for more than 5 seconds is given up, and the event loop went on meanwhile', async (t) => {
    const path = await tempPath(t)
    const store = await opened(t, path)
    raw(t, path).exec('begin immediate')
    let longestPause = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longestPause = Math.max(longestPause, performance.now() - last)
      last = performance.now()
    }, 10)
    t.after(() => clearInterval(ticking))

    const began = performance.now()
    await assert.rejects(store.installations.save(installation()), {
      code: 'store_locked',
      exitCode: 6,
    })

    const seconds = (performance.now() - began) / 1000
    assert.ok(seconds > 4.9 && seconds < 8, `${seconds} s`)
    assert.ok(longestPause < 1000, `${longestPause} ms`)
  })

  test('to write can be read all the same, as it has a write-ahead log', async (t) => {
    const path = await tempPath(t)
    const store = await opened(t, path)
    await store.installations.save(installation())
    raw(t, path).exec('begin immediate')

    assert.deepEqual(await store.installations.findBot(T111), bot())
  })

  test('by a process that was killed is free at once', async (t) => {
    const location = await tempPath(t)
    const other = otherProcess(t)
    await other.call('lock', { location })
    other.kill()

    await (await opened(t, location)).installations.save(installation())
  })
})

/** Whom the kernel refuses what it grants to root. */
const NOBODY = 65_534

/** A process without rights, in a folder with them; skips where we cannot be another user. */
async function withoutRights(t: TestContext, prepare: (path: string) => void) {
  if (process.getuid?.() !== 0) {
    t.skip('needs root, to run a process as somebody else')
    return undefined
  }
  const path = await tempPath(t)
  chmodSync(dirname(path), 0o755)
  prepare(path)
  return { location: path, other: otherProcess(t, { uid: NOBODY }) }
}

describe('without the rights', () => {
  test('to the folder, a new file is unavailable', async (t) => {
    const held = await withoutRights(t, () => {})
    if (!held) return

    await assert.rejects(held.other.call('open', { location: held.location }), {
      code: 'store_unavailable',
    })
  })

  test('to make the folder, a new file is unavailable', async (t) => {
    const held = await withoutRights(t, () => {})
    if (!held) return

    const location = join(dirname(held.location), 'deeper', 'a.db')
    await assert.rejects(held.other.call('open', { location }), { code: 'store_unavailable' })
  })

  test('to the file, it is unavailable', async (t) => {
    const held = await withoutRights(t, (path) => {
      python.createTables(path)
      chmodSync(path, 0o600)
    })
    if (!held) return

    await assert.rejects(held.other.call('open', { location: held.location }), {
      code: 'store_unavailable',
    })
    await assert.rejects(held.other.call('list', { location: held.location }), {
      code: 'store_unavailable',
    })
  })

  test('to see into the folder, it is unavailable and not taken for missing', async (t) => {
    const held = await withoutRights(t, (path) => {
      python.createTables(path)
      chmodSync(dirname(path), 0o700)
    })
    if (!held) return

    await assert.rejects(held.other.call('list', { location: held.location }), {
      code: 'store_unavailable',
    })
  })

  test('to write the file, it is read, and a save is unavailable', async (t) => {
    const held = await withoutRights(t, (path) => {
      python.createTables(path)
      python.save(path)
      chmodSync(path, 0o644)
    })
    if (!held) return

    assert.equal((await held.other.call('list', { location: held.location })).length, 1)
    await assert.rejects(
      held.other.call('save', { location: held.location, installations: [installation()] }),
      {
        code: 'store_unavailable',
      },
    )
  })
})

describe('on a full disk', () => {
  for (const journal of ['wal', 'delete']) {
    test(`a save into a file with the journal "${journal}" fails and loses nothing`, async (t) => {
      const folder = await smallDisk(t)
      if (folder === undefined) return
      const path = join(folder, 'installations.db')
      if (journal === 'delete') python.createTables(path)
      const store = await openStore(path)
      t.after(() => store.close())
      await store.installations.save(installation())
      fill(folder)

      const name = 'x'.repeat(20_000)
      const saving = store.installations.save(installation({ team: { id: 'T111', name } }))
      await assert.rejects(saving, { code: 'store_full', exitCode: 6 })

      assert.deepEqual(await store.installations.findInstallation(T111), installation())
      const check = raw(t, path).pragma('integrity_check', { simple: true })
      assert.equal(check, 'ok')
    })
  }

  test('a new file fails, and can be made once there is room', async (t) => {
    const folder = await smallDisk(t)
    if (folder === undefined) return
    fill(folder)
    const path = join(folder, 'installations.db')

    await assert.rejects(openStore(path), { code: 'store_full', exitCode: 6 })

    makeRoom(folder)
    const store = await openStore(path)
    t.after(() => store.close())
    await store.installations.save(installation())
    assert.equal((await all(store)).length, 1)
  })
})

test('by a link, what is still in the log of the file that it leads to is read too', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.installations.save(installation())
  assert.notEqual(statSync(`${path}-wal`).size, 0)
  const link = await tempPath(t)
  symlinkSync(path, link)

  const reader = await openStoreToRead(link)
  t.after(() => reader.close())
  const found: Installation[] = []
  for await (const each of reader.list()) found.push(each)
  assert.deepEqual(found, [installation()])
})

describe('tokens that were replaced', () => {
  for (const journal of ['wal', 'delete']) {
    test(`leave no copy in a file with the journal "${journal}"`, async (t) => {
      const path = await tempPath(t)
      if (journal === 'delete') python.createTables(path)
      const store = await openStore(path)
      const secrets = (round: number) => ({
        bot: bot({ token: `xoxb-secret-${round}-`, refreshToken: `xoxe-secret-${round}-` }),
        user: { id: 'U111', grant: grant({ token: `xoxp-secret-${round}-` }) },
        team: { id: 'T111', name: 'n'.repeat(300 * (round % 5)) },
      })
      for (let round = 0; round < 40; round++) {
        await store.installations.save(userOnly({ user: { id: `U${round}`, grant: grant() } }))
        await store.installations.save(installation(secrets(round)))
      }
      for (let round = 0; round < 40; round++) {
        await store.installations.save(
          userOnly({ user: { id: `U${round}`, grant: grant({ token: 'xoxp-new' }) } }),
        )
      }
      await store.close()

      const left = readFileSync(path, 'latin1').match(/xox[bpe]-secret-\d+-/g) ?? []
      assert.deepEqual([...new Set(left)].sort(), [
        'xoxb-secret-39-',
        'xoxe-secret-39-',
        'xoxp-secret-39-',
      ])
      assert.equal(existsSync(`${path}-wal`), false)
    })
  }
})

function objects(db: Database.Database) {
  return db
    .prepare<[], { type: string; name: string; sql: string }>(
      `select type, name, sql from sqlite_master
       where name not like 'sqlite_%' order by type, name`,
    )
    .all()
    .map(({ type, name, sql }) => ({
      type,
      name,
      sql: sql
        .toLowerCase()
        .replace(/\s+/g, ' ')
        .replace(/\( | \)/g, (each) => each.trim()),
    }))
}
