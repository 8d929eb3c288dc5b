import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { skipFaults } from '../faults/strace.ts'
import { installation, save } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

// What a power cut leaves: a file that has its name before it has its text is empty afterwards.

interface Traced {
  readonly code: number
  readonly calls: readonly string[]
}

/** The files that a command syncs and renames, in the order in which it does. */
async function traced(cli: TempCli, ...args: string[]): Promise<Traced> {
  const log = join(cli.home, 'trace')
  const what = ['-e', 'trace=fsync,fdatasync,rename,renameat,renameat2']
  const { code } = await cli.under('strace', '-f', '-y', '-qq', '-o', log, ...what).run(...args)
  return { code, calls: readFileSync(log, 'utf8').split('\n') }
}

const isSync = (call: string, path: string) =>
  /\bf(?:data)?sync\(/.test(call) && call.includes(`<${path}>`)

for (const [format, target] of [
  ['jsonl', 'all.jsonl'],
  ['python-file', 'folder'],
  ['bolt-js-file', 'folder'],
] as const) {
  test(`an export to ${format} is on the disk before it has its name`, {
    skip: skipFaults,
  }, async (t) => {
    const cli = await tempCli(t)
    await save(cli, installation())
    if (target === 'folder') mkdirSync(join(cli.home, target))
    const { code, calls } = await traced(cli, 'export', '--to', format, join(cli.home, target))
    assert.equal(code, 0)
    const renames = calls.flatMap((call, at) => {
      const from = /\brename\w*\([^"]*"([^"]+\.tmp)"/.exec(call)?.[1]
      return from === undefined ? [] : [{ from, at }]
    })
    assert.ok(renames.length > 0, 'nothing was renamed')
    for (const { from, at } of renames) {
      assert.ok(
        calls.slice(0, at).some((call) => isSync(call, from)),
        `${from} is not synced before it is renamed`,
      )
    }
  })
}

test('a new key is on the disk before the first value is sealed with it', {
  skip: skipFaults,
}, async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const file = join(cli.home, 'store.key')
  const { code, calls } = await traced(cli, 'encrypt', '--new-key', file)
  assert.equal(code, 0)
  const [key, store] = [file, `${cli.db}-wal`].map((path) =>
    calls.findIndex((call) => isSync(call, path)),
  )
  assert.notEqual(key, -1, 'the key is not synced')
  assert.ok(store !== -1 && Number(key) < Number(store), calls.join('\n'))
})
