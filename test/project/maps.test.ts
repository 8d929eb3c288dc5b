import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documents, ROOT } from '../support/documents.ts'

for (const document of ['ARCHITECTURE.md', 'CONTRIBUTING.md']) {
  test(`every file and folder that ${document} names is there`, () => {
    const named = [
      ...(documents.get(document) ?? '').matchAll(/`((?:\.?[\w-]+\/)+(?:[\w.-]+)?)`/g),
    ].map(([, path = '']) => path)
    const inSource = document === 'ARCHITECTURE.md' ? [ROOT, join(ROOT, 'src')] : [ROOT]
    const places = (path: string) => inSource.map((folder) => join(folder, path))
    const missing = named
      .filter((path) => !path.includes('NAME') && !path.startsWith('dist/'))
      // In the table of folders, and in a list of a folder's own
      .filter((path) => /\.\w+$/.test(path) || path.startsWith('src/') || path.startsWith('test/'))
      .filter((path) => !places(path).some(existsSync))
    assert.ok(named.length > 20)
    assert.deepEqual(missing, [])
  })
}
