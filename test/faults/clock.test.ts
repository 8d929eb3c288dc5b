import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { assertSurvived, scenarios } from './scenarios.ts'
import { forEach, sample } from './share.ts'

const CLOCK = pathToFileURL(join(import.meta.dirname, '../support/jump-clock.mjs')).href
const YEAR = 365 * 86_400
const jumps = [0, 1, 2, 3, 5, 8, 13, 21].flatMap((after) =>
  [-10 * YEAR, -3600, 3600, 10 * YEAR].map((seconds) => ({ after, seconds })),
)

for (const scenario of scenarios) {
  test(`${scenario.name}: a clock that jumps loses no installation`, async (t) => {
    const tried = sample(jumps, 2)
    await forEach(tried, async ({ after, seconds }) => {
      const ground = await scenario.prepare(t)
      const what = `a jump of ${seconds} seconds after ${after} looks`
      const jumping = ground.cli.with({
        NODE_OPTIONS: `--import=${CLOCK}`,
        TEST_CLOCK_JUMP_SECONDS: String(seconds),
        TEST_CLOCK_JUMP_AFTER: String(after),
      })
      const { code, stderr } = await ground.command(jumping)
      // An installation may have timed out at once
      assert.ok(code === 0 || code === 4, `${what}: exit ${code}: ${stderr}`)
      await assertSurvived(ground, what)
    })
    t.diagnostic(`${tried.length} faults: 0 installations lost`)
  })
}
