// Leaves of dist/types what the package's entries say of themselves: nobody can import the rest, and it
// would be a fifth of the tarball.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const types = resolve(import.meta.dirname, '../dist/types')
const { exports } = JSON.parse(readFileSync(join(types, '../../package.json'), 'utf8'))

const reached = new Set()
function reach(file) {
  if (reached.has(file)) return
  reached.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/['"](\.{1,2}\/[^'"]+)\.js['"]/g)) {
    reach(resolve(dirname(file), `${path}.d.ts`))
  }
}
for (const { types: entry } of Object.values(exports)) {
  if (entry) reach(resolve(types, '../..', entry))
}
for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
  const file = join(types, name)
  if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
}
