import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSurvived, scenarios } from './scenarios.ts'
import { forEach, sample } from './share.ts'
import { type Call, countCalls, type Failure, type Fault, faulty, skipFaults } from './strace.ts'

// Every way in which a write can go wrong, at every write of a command

const failures: readonly (readonly [failure: Failure, calls: readonly Call[], inCi: number])[] = [
  ['kill', ['pwrite64', 'fsync', 'ftruncate', 'unlink', 'mkdir'], 6],
  ['EIO', ['pwrite64', 'fsync', 'ftruncate', 'unlink', 'mkdir'], 3],
  ['ENOSPC', ['pwrite64', 'ftruncate', 'mkdir'], 2],
  ['EROFS', ['pwrite64', 'unlink', 'mkdir'], 1],
]

/** Done, or the store failed: said so, and no bug. */
const ENDINGS = [0, 6]

for (const scenario of scenarios) {
  test(`${scenario.name}: no fault at any write loses an installation or leaves anything`, {
    skip: skipFaults,
  }, async (t) => {
    const quiet = await scenario.prepare(t)
    const counts = await countCalls(quiet.cli, quiet.command)
    const faults = failures.flatMap(([failure, calls, inCi]) =>
      sample(
        calls.flatMap((call) =>
          Array.from(
            { length: counts.get(call) ?? 0 },
            (_, index): Fault => ({ call, failure, at: index + 1 }),
          ),
        ),
        inCi,
      ),
    )
    assert.ok(faults.length > 8, 'nothing was traced')
    const met = new Map<string, number>()
    await forEach(faults, async (fault) => {
      const ground = await scenario.prepare(t)
      const what = `${fault.failure} at ${fault.call} ${fault.at} of ${counts.get(fault.call)}`
      const { code, stderr } = await ground.command(faulty(ground.cli, fault))
      if (fault.failure === 'kill') assert.equal(code, 137, `${what}: it was not killed`)
      else assert.ok(ENDINGS.includes(code), `${what}: exit ${code}: ${stderr}`)
      await assertSurvived(ground, what)
      met.set(fault.failure, (met.get(fault.failure) ?? 0) + 1)
    })
    t.diagnostic(
      `${faults.length} faults: ${[...met].map((each) => each.join(' ')).join(', ')}; 0 installations lost`,
    )
  })
}
