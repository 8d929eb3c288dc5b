import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const PAGES = ['docs/security/threat-model.md', 'docs/security/requirements.md']

/** The rows of all tables of a page, without the headings. */
function rows(page: string): string[][] {
  return read(page)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (threat|section) /.test(line))
    .map((line) => line.slice(2, -2).split(' | '))
}

/** `` `test/file.test.ts`: the name of a test or a part of it ``, several with `<br>` between them. */
function references(cell: string): { file: string; name: string }[] {
  return cell.split('<br>').flatMap((each) => {
    const [, file, name] = /^`(test\/\S+)`: (.+)$/.exec(each.trim()) ?? []
    return file !== undefined && name !== undefined ? [{ file, name }] : []
  })
}

test('every test that the threat model and the tables of the RFCs name exists', () => {
  let count = 0
  for (const page of PAGES) {
    for (const row of rows(page)) {
      for (const { file, name } of references(row.at(-1) ?? '')) {
        // As it stands in the file, where a quote is escaped or a part is put in
        const text = read(file).replaceAll("\\'", "'")
        const named = text.split('\n').filter((line) => /^\s*(test|fuzz|describe|['"`])/.test(line))
        assert.ok(
          named.some((line) => line.includes(name)),
          `${page}: ${file} has no test "${name}"`,
        )
        count++
      }
    }
  }
  assert.ok(count > 60, `only ${count} are named`)
})

test('every requirement that is met names a test, and every other says why', () => {
  for (const [section = '', , here = '', last = ''] of rows('docs/security/requirements.md')) {
    assert.match(here, /^(yes|no|not applicable)$/, section)
    if (here === 'yes') assert.notDeepEqual(references(last), [], section)
    else assert.ok(last.length > 10, section)
  }
})
