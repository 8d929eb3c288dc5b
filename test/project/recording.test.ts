import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { picture } from '../../docs/tools/picture.ts'
import { COLUMNS, record } from '../../docs/tools/record.ts'
import { needsScript } from '../support/terminal.ts'

const file = resolve(import.meta.dirname, '../../docs/first-minute.svg')
const recorded = readFileSync(file, 'utf8')

/** Its text, without what is another each time: states, tokens, moments. */
const lasting = (svg: string) =>
  svg
    .replace(/<style>[\s\S]*<\/style>|<[^>]+>|\n/g, '')
    .replace(/state=[\w-]{43}/, 'state=…')
    .replace(/xoxb-sandbox-[0-9a-f]+/, 'xoxb-sandbox-…')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/, 'then')
    .replace(/\d:\d\d left/, 'left')

test('the recording in the README is what the commands say today: npm run record', {
  skip: needsScript,
}, async () => {
  assert.equal(lasting(recorded), lasting(picture(await record(), COLUMNS)))
})

test('the recording is small, loads nothing, holds still for who asks, and shows no real token', () => {
  assert.ok(recorded.length < 40_000)
  assert.doesNotMatch(
    recorded.replace('http://www.w3.org/2000/svg', ''),
    /href|url\(|<script|@import/,
  )
  assert.match(recorded, /prefers-reduced-motion: reduce\) \{ \.l \{ animation: none/)
  assert.doesNotMatch(recorded, /xox[a-z]-(?!sandbox-)|xoxe/)
})
