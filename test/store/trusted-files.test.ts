import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isFileOpenToOthers, whyNotOurs } from '../../src/base/file-permissions.ts'
import { all, installation, opened, tempPath } from './fixtures.ts'
import { type OtherProcess, otherProcess } from './other-process.ts'
import * as python from './python-sdk.ts'

const NOBODY = 65_534
const STRANGER = 12_345

/** Files as another user left them, to be opened by an ordinary one; skips where we cannot be both. */
function asNobody(
  name: string,
  work: (t: TestContext, path: string, open: () => Promise<unknown>) => Promise<void>,
): void {
  const skip =
    process.getuid?.() === 0 || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
      ? false
      : 'it takes root to be two users'
  test(name, { skip }, async (t) => {
    const path = await tempPath(t)
    chownSync(dirname(path), NOBODY, NOBODY)
    const other: OtherProcess = otherProcess(t, { uid: NOBODY })
    await work(t, path, () => other.call('open', { location: path }))
  })
}

function pythonFile(path: string, { uid = STRANGER, gid = STRANGER, mode = 0o666 } = {}): void {
  python.createTables(path)
  chownSync(path, uid, gid)
  chmodSync(path, mode)
}

const refused = (pattern: RegExp) => ({ code: 'store_unavailable', message: pattern })

asNobody(
  "a store that is another user's is refused, also where we may write it",
  async (_, path, open) => {
    pythonFile(path)
    const before = readFileSync(path)

    await assert.rejects(open(), refused(/is not used: it belongs to another user \(12345\)/))
    assert.deepEqual(readFileSync(path), before)
  },
)

asNobody('one that a group shares with us is opened', async (_, path, open) => {
  pythonFile(path, { gid: NOBODY, mode: 0o660 })

  assert.equal(await open(), true)
})

asNobody(
  'one that a group shares with us is refused in a folder like /tmp',
  async (_, path, open) => {
    pythonFile(path, { gid: NOBODY, mode: 0o660 })
    chmodSync(dirname(path), 0o1777)

    await assert.rejects(open(), refused(/belongs to another user/))
  },
)

asNobody("root's is opened", async (_, path, open) => {
  pythonFile(path, { uid: 0 })

  assert.equal(await open(), true)
})

asNobody('a link of our own leads to our own file elsewhere', async (_, path, open) => {
  const elsewhere = join(dirname(path), 'elsewhere')
  mkdirSync(elsewhere)
  pythonFile(join(elsewhere, 'a.db'), { uid: NOBODY, mode: 0o600 })
  chownSync(elsewhere, NOBODY, NOBODY)
  symlinkSync(join(elsewhere, 'a.db'), path)
  lchownSync(path, NOBODY, NOBODY)

  assert.equal(await open(), true)
})

asNobody(
  'a link that another user made is refused, also to our own file',
  async (_, path, open) => {
    const own = join(dirname(path), 'own.db')
    pythonFile(own, { uid: NOBODY, mode: 0o600 })
    symlinkSync(own, path)
    lchownSync(path, STRANGER, STRANGER)
    chmodSync(dirname(path), 0o777)

    await assert.rejects(open(), refused(/is not used: it is a link that another user made/))
  },
)

asNobody("a log that is another user's is refused", async (_, path, open) => {
  pythonFile(path, { uid: NOBODY, mode: 0o600 })
  writeFileSync(`${path}-wal`, '')
  chownSync(`${path}-wal`, STRANGER, STRANGER)

  await assert.rejects(open(), refused(/-wal is not used: it belongs to another user/))
})

for (const suffix of ['-wal', '-shm', '-journal']) {
  test(`a link in the place of ${suffix} is refused, and not written through`, async (t) => {
    const path = await tempPath(t)
    python.createTables(path)
    const target = join(dirname(path), 'target')
    writeFileSync(target, 'mine')
    symlinkSync(target, `${path}${suffix}`)

    await assert.rejects(opened(t, path), refused(/is not used: it is no file/))
    assert.equal(readFileSync(target, 'utf8'), 'mine')
  })
}

test('a warning names each file beside the store that others can read', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  await store.installations.save(installation())
  chmodSync(`${path}-wal`, 0o644)
  const warnings: string[] = []
  await all(await opened(t, path, { warn: (text) => warnings.push(text) }))

  assert.deepEqual(warnings, [
    `${path}-wal holds tokens and others can read it: chmod 600 '${path}-wal'`,
  ])
})

test('a warning names a folder in which others can replace the store', async (t) => {
  const path = await tempPath(t)
  await opened(t, path)
  const folder = dirname(path)
  const heard = async (mode: number) => {
    chmodSync(folder, mode)
    const warnings: string[] = []
    await opened(t, path, { warn: (text) => warnings.push(text) })
    return warnings
  }

  assert.deepEqual(await heard(0o777), [
    `Others can put another store into ${folder}: chmod o-w '${folder}'`,
  ])
  assert.deepEqual(await heard(0o1777), [])
})

test("a file that is not there is nobody's, and open to nobody", async (t) => {
  const path = await tempPath(t)
  assert.equal(whyNotOurs(path), undefined)
  assert.equal(isFileOpenToOthers(path), false)
})
