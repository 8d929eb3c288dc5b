import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const SRC = resolve(import.meta.dirname, '../../src')

/** What each part of src may import of the others, as `design.md` draws it: downwards only. */
const layers: Record<string, readonly string[]> = {
  cli: ['cli', 'serve', 'flows', 'formats', 'slack', 'loopback', 'store', 'sandbox', 'base'],
  serve: ['serve', 'flows', 'slack', 'loopback', 'store', 'base'],
  flows: ['flows', 'formats', 'slack', 'loopback', 'store', 'base'],
  // Text in, installations out, and back: what reads and writes the files is in flows/transfer
  formats: ['formats', 'slack', 'base'],
  slack: ['slack', 'base'],
  loopback: ['loopback', 'base'],
  store: ['store', 'slack', 'base'],
  // Nothing of the client's: it is what the client is tested against
  sandbox: ['sandbox'],
  base: ['base'],
  // What the package exports beside the sandbox: beside cli, the other way in
  library: ['library', 'flows', 'slack', 'store', 'base'],
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name))

const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))

const imports: readonly Import[] = files.flatMap((from) => {
  const text = sources.get(from) ?? ''
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)]
  return specifiers.map(([, specifier = '']) => ({
    from,
    to: resolve(dirname(from), specifier),
  }))
})

/** Its entries; the rest is in src/library. */
const library = new Set(['index.ts', 'bolt.ts'])

const layerOf = (file: string): string => {
  const [first = '', ...rest] = relative(SRC, file).split(/[\\/]/)
  if (rest.length > 0) return first
  return library.has(first) ? 'library' : 'base'
}

test('imports point downwards through the layers', () => {
  assert.ok(imports.length > 100)
  for (const { from, to } of imports) {
    const allowed = layers[layerOf(from)] ?? []
    assert.ok(
      allowed.includes(layerOf(to)),
      `${relative(SRC, from)} may not import ${relative(SRC, to)}`,
    )
  }
})

test('only open-store knows which stores there are', () => {
  for (const { from, to } of imports) {
    const kind = /store[\\/](sqlite|postgres)[\\/]/
    if (!kind.test(to) || kind.test(from)) continue
    assert.equal(relative(SRC, from), join('store', 'open-store.ts'))
  }
})

test('no file imports itself by a detour', () => {
  const edges = new Map<string, string[]>()
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to])
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), [...path, file].map((each) => relative(SRC, each)).join(' → '))
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

const forbidden: readonly [layer: string, what: string, pattern: RegExp][] = [
  ['cli', 'fetch', /\bfetch\(/],
  ['serve', 'argv, the environment or a stream', /\bprocess\.(argv|env|stdout|stderr|stdin)\b/],
  ['serve', 'SQL', /\bselect .+ from\b|\binsert into\b/],
  ['cli', 'SQL', /\bselect .+ from\b|\binsert into\b/],
  ['flows', 'argv, the environment or a stream', /\bprocess\.(argv|env|stdout|stderr|stdin)\b/],
  ['flows', 'colour', /kleur/],
  ['flows', 'SQL', /\bselect .+ from\b|\binsert into\b/],
  ['slack', 'the process', /\bprocess\./],
  ['formats', 'files and the process', /node:fs|\bprocess\./],
  ['store', 'the network', /\bfetch\(/],
]

for (const [layer, what, pattern] of forbidden) {
  test(`${layer} knows nothing of ${what}`, () => {
    for (const [file, text] of sources) {
      if (layerOf(file) !== layer) continue
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      assert.doesNotMatch(code, pattern, relative(SRC, file))
    }
  })
}

test('no folder of src is too full to take in at a glance', () => {
  const counts = new Map<string, number>()
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  for (const [folder, count] of counts) {
    assert.ok(count <= 30, `${relative(SRC, folder)} has ${count} files`)
  }
})
