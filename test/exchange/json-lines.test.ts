import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { exportTo } from '../../src/flows/transfer/export.ts'
import { SlackOAuthError } from '../../src/index.ts'
import { everyKind, files, read, tempFolder } from './fixtures.ts'

async function exported(t: TestContext) {
  const folder = await tempFolder(t)
  const path = join(folder, 'export.jsonl')
  await exportTo(path, 'jsonl', everyKind)
  return { folder, path, text: await readFile(path, 'utf8') }
}

test('every field comes back from JSON lines', async (t) => {
  const { path } = await exported(t)
  assert.deepEqual((await read('jsonl', path)).found, everyKind)
})

test('an export that was cut off at any byte is refused', async (t) => {
  const bytes = Buffer.from((await exported(t)).text)
  const cut = (length: number) => read('jsonl', Readable.from([bytes.subarray(0, length)]))
  // Without its last line's end it is whole: a shell's $(…) and secret stores take that away
  for (let length = 0; length < bytes.length - 1; length++) {
    await assert.rejects(cut(length), (error) => {
      assert.ok(error instanceof SlackOAuthError)
      assert.equal(error.code, 'usage')
      assert.match(error.message, /^(Line \d+ |It was cut off after line \d+|It is empty)/)
      assert.doesNotMatch(error.message, /secret|xox/)
      return true
    })
  }
  assert.deepEqual((await cut(bytes.length - 1)).found, everyKind)
})

test('an export may come in pieces of any size', async (t) => {
  const bytes = Buffer.from((await exported(t)).text)
  const pieces = Array.from(bytes, (byte) => Buffer.from([byte]))
  assert.deepEqual((await read('jsonl', Readable.from(pieces))).found, everyKind)
})

test('lines may end as Windows ends them, after a mark at the beginning', async (t) => {
  const { folder, text } = await exported(t)
  await files(folder, { 'windows.jsonl': `\ufeff${text.replaceAll('\n', '\r\n')}` })
  assert.deepEqual((await read('jsonl', join(folder, 'windows.jsonl'))).found, everyKind)
})

type Edit = (lines: string[]) => string[]

const refusals: readonly [what: string, edit: Edit, message: RegExp][] = [
  ['a line is missing', ([a, , ...rest]) => [a ?? '', ...rest], /^Line 4 counts 3 .* 2 came/],
  ['a line is not JSON', ([a, b, ...rest]) => [a ?? '', `${b}}`, ...rest], /^Line 2 is not JSON/],
  ['two are joined', (lines) => [...lines, ...lines], /^Line 6 comes after the end$/],
  ['it has no header', ([, ...rest]) => rest, /^Line 1 is not the first line of an export$/],
  [
    'it is of a newer version',
    ([, ...rest]) => ['{"format":"slack-oauth-installations","version":2}', ...rest],
    /^Line 1 says version 2 of the format, and this slack-oauth reads 1$/,
  ],
  [
    'an id is a path',
    (lines) => lines.map((l) => l.replace('"T1"', '"../x"')),
    /^Line 4 .* its team_id is a path$/,
  ],
  [
    'a member is none',
    (lines) => lines.map((l) => l.replace('"U2"', '"secret"')),
    /^Line 3 .* its user_id is not one$/,
  ],
  [
    'a token has a line end',
    (lines) => lines.map((l) => l.replace('"xoxb-org"', '"xoxb-secret\\n"')),
    /^Line 2 .* its bot_token is not one$/,
  ],
  [
    'a field is not known',
    (lines) => lines.map((l) => l.replace('"token_type"', '"secret"')),
    /^Line 2 .* it has a field that is not known$/,
  ],
  [
    'a time is none',
    (lines) => lines.map((l) => l.replace('1704164646,', '1e300,')),
    /^Line 3 .* its installed_at is not one$/,
  ],
  [
    'it is in no place',
    (lines) => lines.map((l) => l.replace('"T1"', 'null')),
    /^Line 4 .* it is in no workspace and in no organization$/,
  ],
]

for (const [what, edit, message] of refusals) {
  test(`an export is refused where ${what}`, async (t) => {
    const { folder, text } = await exported(t)
    await files(folder, { 'edited.jsonl': `${edit(text.trim().split('\n')).join('\n')}\n` })
    await assert.rejects(read('jsonl', join(folder, 'edited.jsonl')), (error) => {
      assert.ok(error instanceof SlackOAuthError)
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })
}

test('what is no text, and what never ends its line, is refused', async (t) => {
  const folder = await tempFolder(t)
  await writeFile(join(folder, 'binary'), Buffer.from([0x1f, 0x8b, 0x08, 0xff, 0xfe]))
  await assert.rejects(read('jsonl', join(folder, 'binary')), /Line 1 is not text in UTF-8/)
  await assert.rejects(read('jsonl', '/dev/zero'), /Line 1 is too long/)
})
