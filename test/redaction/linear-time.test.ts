import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redact } from '../../src/base/redact.ts'

/** What the patterns look for, and what they look for next. */
const pieces = fc.constantFrom(
  ...[
    'eyJ',
    'eyJ-',
    'eyJaaaaaaaa',
    '.',
    '-',
    'xoxb-',
    'xoxe.xoxp-',
    'xox',
    '//',
    '/',
    '@',
    ':',
    ' ',
  ],
  ...[
    'postgres://',
    'hooks.slack.com/',
    '%2F',
    '%22',
    '"code"',
    '"',
    '\\',
    'code=',
    'state%3D',
    '=',
    '%3D',
  ],
  ...['authorization: basic ', 'bearer ', 'client_secret', 'token', '%3A', 'a', '0', '\n'],
)
const fragments = fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

/** The least of a few runs, in microseconds of this process: what other processes do does not count. */
function cpuOf(text: string): number {
  const runs = [0, 1, 2].map(() => {
    const before = process.cpuUsage()
    redact(text)
    return process.cpuUsage(before).user
  })
  return Math.min(...runs)
}

test('redacting a text of sixteen times the length takes sixteen times the work, not 256 times', () => {
  redact('warm up '.repeat(10_000))
  fc.assert(
    fc.property(fragments, fragments, (first, then) => {
      const text = (length: number) => {
        const half = length / 2
        return first.repeat(half / first.length) + then.repeat(half / then.length)
      }
      const short = Math.max(cpuOf(text(16_384)), 500)
      const long = cpuOf(text(16 * 16_384))
      assert.ok(long < short * 64, `${JSON.stringify([first, then])}: ${short} µs, then ${long} µs`)
    }),
    { numRuns: 60, examples: [['eyJ-', 'eyJ-']] },
  )
})
