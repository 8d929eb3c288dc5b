import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SlackOAuthError } from '../../src/base/errors.ts'

// The same cases each time, so that a change is to blame when one of them fails; `npm run fuzz` has
// others each time. What it finds becomes a test with a name, beside those of the code in question.

const seconds = Number(process.env.FUZZ_SECONDS ?? 0)
const parameters: fc.Parameters<unknown> = {
  seed: Number(process.env.FUZZ_SEED ?? 1),
  numRuns: seconds > 0 ? Number.MAX_SAFE_INTEGER : Number(process.env.FUZZ_RUNS ?? 1_000),
  ...(seconds > 0 && { interruptAfterTimeLimit: seconds * 1000 }),
  ...(process.env.FUZZ_PATH && { path: process.env.FUZZ_PATH }),
}

/**
 * A test that holds for every case; how many there were is part of what it says.
 *
 * @param share of the cases, for what takes long and stands beside a test of all of them
 */
export function fuzz<T>(
  name: string,
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  { share = 1 } = {},
): void {
  test(name, async (t) => {
    const numRuns = Math.ceil((parameters.numRuns ?? 1) * share)
    const details = await fc.check(property, { ...parameters, numRuns })
    t.diagnostic(`${details.numRuns} cases`)
    assert.ok(!details.failed || details.interrupted, await fc.asyncDefaultReportMessage(details))
  })
}

/** A value that no message may repeat. */
export const SECRET = 'Zq8vK3'

/** The result of work, or the error that it is allowed to fail with. Any other is a bug. */
export async function settled<T>(work: () => T | Promise<T>): Promise<T | SlackOAuthError> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    assert.notEqual(error.code, 'bug')
    for (const said of [error.message, error.hint ?? '', ...error.furtherHints]) {
      assert.ok(!said.includes(SECRET), `a secret is in "${said}"`)
    }
    return error
  }
}

/** What a program that is wrong, or an attacker, may put where a text is wanted. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(null, undefined, '', 0, -1, 1e308, true, false) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '../../etc/passwd',
      'T1/../T2',
      '__proto__',
      'constructor',
      '\u0000',
      '\u001b[31m',
      '\u202e',
      `xoxb-${SECRET}`,
      `xoxb-${SECRET}\nSet-Cookie: x`,
      'a'.repeat(5_000),
    ),
  },
)

/** An object of known fields: mostly as it should be, some of them anything, some missing. */
export function nearly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const entries = Object.entries(fields).map(([name, right]) => {
    const value = fc.oneof(
      { weight: 12, arbitrary: right },
      { weight: 1, arbitrary: anything },
      { weight: 1, arbitrary: fc.constant(MISSING) },
    )
    return value.map((each) => [name, each] as const)
  })
  return fc
    .tuple(...entries)
    .map((given) => Object.fromEntries(given.filter(([, each]) => each !== MISSING)))
}

const MISSING = Symbol('missing')
