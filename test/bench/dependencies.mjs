// What each dependency costs, with what nothing but it brings: kB, and milliseconds of CPU to load it. Those
// that npm installs, then those that are part of the command line's own file.
//   npm run bench -- dependencies [RUNS]      takes the npm registry
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { analyse, bundles } from '../../scripts/build.mjs'
import { env, machine, median } from './processes.mjs'

const RUNS = Number(process.argv[2] ?? 20)
const ROOT = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-bench-'))
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const ours = read(join(ROOT, 'package.json'))
const dependencies = Object.keys({ ...ours.dependencies, ...ours.optionalDependencies })
const key = (name) => `node_modules/${name}`

try {
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', folder)
  const [tarball] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  npm(folder, 'install', `./${tarball}`)

  const installed = installedPackages()
  const inlined = await inlinedPackages()
  const inlinedNames = Object.keys(ours.devDependencies).filter((name) => inlined.has(key(name)))

  console.log(machine())
  const ms = await milliseconds(dependencies, inlinedNames)
  console.table(costs(installed, dependencies, ms))
  console.table(costs(inlined, inlinedNames, ms))
  const itself = kB(installed, [key(ours.name)])
  console.log(
    `npm install ${ours.name}: ${installed.size} packages, ${kB(installed, installed.keys())} kB, ${itself} of them its own`,
  )
} finally {
  rmSync(folder, { recursive: true })
}

function npm(cwd, ...args) {
  // That of `npm run`, by this Node: npm chooses versions by the Node it runs on
  execFileSync(process.execPath, [process.env.npm_execpath, ...args], { cwd, stdio: 'pipe' })
}

/** What npm has put there, each with its own bytes and the packages that it finds. */
function installedPackages() {
  const { packages } = read(join(folder, 'node_modules/.package-lock.json'))
  const nearest = (from, name) => {
    for (let at = `${from}/`; ; at = at.replace(/node_modules\/(@[^/]+\/)?[^/]+\/$/, '')) {
      const path = at + key(name)
      if (path in packages || at === '') return path
    }
  }
  return new Map(
    Object.entries(packages).map(([path, entry]) => {
      const names = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      const needs = names.map((name) => nearest(path, name))
      return [path, { bytes: sizeOf(join(folder, path)), needs }]
    }),
  )
}

/** Of a package's folder without the packages in it. */
function sizeOf(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .map((entry) => join(path, entry.name))
    .map((inner) => (statSync(inner).isDirectory() ? sizeOf(inner) : statSync(inner).size))
    .reduce((sum, size) => sum + size, 0)
}

/** What esbuild puts into dist/cli.cjs, in the same form. */
async function inlinedPackages() {
  const metafile = await analyse(bundles.cli)
  const packages = new Map()
  const packageOf = (file) => /.*(node_modules\/(@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? ''
  const [output] = Object.values(metafile.outputs)
  for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
    const { bytes = 0, needs = [] } = packages.get(packageOf(file)) ?? {}
    const imports = metafile.inputs[file].imports.filter((each) => !each.external)
    needs.push(...imports.map(({ path }) => packageOf(path)))
    packages.set(packageOf(file), { bytes: bytes + bytesInOutput, needs })
  }
  return packages
}

/** A package as it would be inlined, to see how long it takes to load. */
function bundle(entry, outfile) {
  const { entryPoints: _, ...options } = bundles.cli
  return build({
    ...options,
    entryPoints: [entry],
    outfile: join(folder, outfile),
    nodePaths: [join(ROOT, 'node_modules')],
    logLevel: 'error',
  })
}

/** Of CPU, which a busy machine changes less than time: what loading it, as our code does, adds to a process. */
async function milliseconds(dependencies, inlinedNames) {
  const special = {
    // Its native part comes with the first file
    'better-sqlite3': `new (require('better-sqlite3'))(':memory:')`,
    valibot: `require('valibot')`,
  }
  const scripts = { nothing: '' }
  for (const name of dependencies) scripts[name] = special[name] ?? `import('${name}')`
  for (const [index, name] of inlinedNames.entries()) {
    const entry = join(folder, `${index}.mjs`)
    writeFileSync(entry, `import * as all from '${name}'\nglobalThis.all = all\n`)
    await bundle(entry, `${index}.cjs`)
    scripts[name] = `require('./${index}.cjs')`
  }
  const used = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]))
  for (let run = 0; run < RUNS; run++) {
    for (const [name, script] of Object.entries(scripts)) used[name].push(cpuMilliseconds(script))
  }
  console.log(`node -e 0 itself: ${median(used.nothing).toFixed(1)} ms`)
  return (name) => median(used[name].map((each, run) => each - used.nothing[run]))
}

function cpuMilliseconds(script) {
  const report = `process.on('exit', () => console.log(JSON.stringify(process.cpuUsage())))`
  const args = ['-e', `${report};${script}`]
  const { user, system } = JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env }))
  return (user + system) / 1000
}

function costs(packages, names, ms) {
  const all = reached(packages, names)
  const rows = names.map((name) => {
    const others = reached(
      packages,
      names.filter((other) => other !== name),
    )
    const alone = [...all].filter((path) => !others.has(path))
    return [name, { packages: alone.length, kB: kB(packages, alone), ms: ms(name).toFixed(1) }]
  })
  return Object.fromEntries(rows)
}

/** The packages that are there because of those. */
function reached(packages, names) {
  const found = new Set()
  const visit = (path) => {
    if (found.has(path) || !packages.has(path)) return
    found.add(path)
    for (const needed of packages.get(path).needs) visit(needed)
  }
  for (const name of names) visit(key(name))
  return found
}

function kB(packages, paths) {
  const bytes = [...paths].map((path) => packages.get(path).bytes)
  return Math.round(bytes.reduce((sum, each) => sum + each, 0) / 100) / 10
}
