import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { documents, ROOT } from '../support/documents.ts'

/** As GitHub names the headings of a page. */
function anchors(text: string): ReadonlySet<string> {
  const prose = text.replace(/^( *)```[\s\S]*?^\1```$/gm, '')
  const names = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/[`*]|\[|\]\([^)]*\)/g, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
  return new Set(names)
}

for (const [document, text] of documents) {
  test(`the links of ${document} lead to files and headings that are there`, () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? document : join(dirname(document), path)
      assert.ok(existsSync(join(ROOT, file)), target)
      if (anchor === undefined || !file.endsWith('.md')) continue
      assert.ok(anchors(documents.get(file) ?? '').has(anchor), target)
    }
  })
}

test('every page of docs is in its index', () => {
  const index = documents.get('docs/README.md') ?? ''
  for (const document of documents.keys()) {
    const [, name] = /^docs\/(?!README)(.*)$/.exec(document) ?? []
    if (name)
      assert.ok(new RegExp(`\\]\\(${name}[)#]`).test(index), `${name} is not in docs/README.md`)
  }
})
