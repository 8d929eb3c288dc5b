// Leaves of dist/types only what the package's entries need: nobody can import the rest, and it would be a
// fifth of the tarball. Imports get the extension that every version of TypeScript resolves.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const types = resolve(import.meta.dirname, '../dist/types')
const { exports } = JSON.parse(readFileSync(join(types, '../../package.json'), 'utf8'))

const reached = new Set()
function reach(file) {
  if (reached.has(file)) return
  reached.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, path] of text.matchAll(/['"](\.{1,2}\/[^'"]+)\.ts['"]/g)) {
    reach(resolve(dirname(file), `${path}.d.ts`))
  }
  writeFileSync(file, text.replaceAll(/(['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'))
}
for (const { types: entry } of Object.values(exports)) {
  if (entry) reach(resolve(types, '../..', entry))
}
for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
  const file = join(types, name)
  if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
}
