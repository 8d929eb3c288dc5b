import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { all, opened } from './fixtures.ts'
import { otherProcess } from './other-process.ts'
import type { WriterInput, Written } from './writer.ts'

/**
 * Has processes write to one file for so many seconds, and makes sure that every single installation is
 * in it; resolves with what each did.
 */
export async function writersLoseNothing(
  t: TestContext,
  location: string,
  writers: readonly WriterInput['as'][],
  seconds: number,
): Promise<readonly Written[]> {
  const processes = writers.map((as, index) => ({ as, prefix: `U${index}X`, ...otherProcess(t) }))
  await Promise.all(processes.map((each) => each.call('ready', {})))
  const results = await Promise.all(
    processes.map(({ as, prefix, call }) => call('write', { location, as, prefix, seconds })),
  )

  const expected = processes.flatMap(({ prefix }, index) =>
    Array.from({ length: results[index]?.saved ?? 0 }, (_, each) => `${prefix}${each}`),
  )
  const found = await all(await opened(t, location, { mustExist: true }))
  assert.deepEqual(found.map(({ user }) => user.id).sort(), expected.sort())
  assert.ok(found.every(({ bot }) => bot !== undefined))
  const db = new Database(location)
  t.after(() => db.close())
  assert.equal(
    db.prepare('select count(distinct user_id) from slack_installations').pluck().get(),
    expected.length,
  )
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  return results
}
