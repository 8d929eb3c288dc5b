import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fill, makeRoom, smallDisk } from '../support/small-disk.ts'
import { assertSurvived, type Ground, scenarios } from './scenarios.ts'

/** The ground with its store on a small disk of its own. */
async function onDisk(
  t: TestContext,
  ground: Ground,
): Promise<{ ground: Ground; disk: string } | undefined> {
  const disk = await smallDisk(t)
  if (disk === undefined) return undefined
  const db = join(disk, 'store', 'installations.db')
  await mkdir(dirname(db), { mode: 0o700 })
  await copyFile(ground.cli.db, db).catch(() => {})
  const cli = { ...ground.cli.with({ SLACK_OAUTH_DB: db }), db }
  return { disk, ground: { ...ground, cli } }
}

for (const scenario of scenarios) {
  test(`${scenario.name}: a full disk loses no installation`, async (t) => {
    const small = await onDisk(t, await scenario.prepare(t))
    if (small === undefined) return
    const { ground, disk } = small
    fill(disk)
    const { code, stderr } = await ground.command(ground.cli)
    assert.equal(code, 6, stderr)
    makeRoom(disk)
    await assertSurvived(ground, 'a full disk')
    t.diagnostic('1 fault: 0 installations lost')
  })

  test(`${scenario.name}: a disk that has become read-only loses no installation`, async (t) => {
    const small = await onDisk(t, await scenario.prepare(t))
    if (small === undefined) return
    const { ground, disk } = small
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const { code, stderr } = await ground.command(ground.cli)
    assert.equal(code, 6, stderr)
    execFileSync('mount', ['-o', 'remount,rw', disk])
    await assertSurvived(ground, 'a read-only disk')
    t.diagnostic('1 fault: 0 installations lost')
  })
}
