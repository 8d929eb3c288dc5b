// Builds dist/: `npm run build`, in some two seconds. esbuild makes the bundles, tsc the declarations.
//
// What a bundle contains is a development dependency in package.json: users do not install it, since
// the bundle has it. What stays outside (`external`) is a dependency, and npm chooses its version.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '..')
const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
)
const installed = Object.keys({ ...dependencies, ...optionalDependencies })

/** The oldest Node that the package is for, as `engines` says. */
const target = 'node20.19'

/** valibot is part of the command line's bundle: to find and read its file takes longer than to parse it. */
const commandLine = {
  bundle: true,
  platform: 'node',
  target,
  format: 'cjs',
  minify: true,
  external: [...installed.filter((name) => name !== 'valibot'), './dist/sandbox.js'],
  conditions: ['bundle'],
  define: { 'import.meta.filename': '__filename' },
  logLevel: 'warning',
}

/** Every bundle, as esbuild takes it: dist/quick.cjs is the fast path of docs/performance.md. */
export const bundles = {
  library: {
    entryPoints: { index: 'src/index.ts', bolt: 'src/bolt.ts', sandbox: 'src/sandbox/sandbox.ts' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target,
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    packages: 'external',
    logLevel: 'warning',
  },
  // After the library, whose dist/sandbox.js they load
  cli: { ...commandLine, entryPoints: { cli: 'src/cli/entry-cli.ts' } },
  quick: { ...commandLine, entryPoints: { quick: 'src/cli/fast-path/entry.ts' } },
}

/** What esbuild says of one bundle's contents; nothing is written. */
export async function analyse(bundle) {
  const { metafile } = await build({ ...settings(bundle), write: false, metafile: true })
  return metafile
}

function settings(bundle) {
  const outExtension = { '.js': bundle.format === 'cjs' ? '.cjs' : '.js' }
  return { ...bundle, outExtension, absWorkingDir: ROOT, outdir: 'dist' }
}

async function buildAll() {
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  for (const bundle of Object.values(bundles)) await build(settings(bundle))
  const declarations =
    '--noEmit false --emitDeclarationOnly --declaration --rootDir src --outDir dist/types'
  node('node_modules/typescript/bin/tsc', ...declarations.split(' '))
  node('scripts/prune-types.mjs')
  // What is known now need not be worked out at every start
  writeFileSync(join(ROOT, 'dist/help.txt'), node('bin/slack-oauth.cjs', 'help'))
  writeFileSync(join(ROOT, 'dist/slack-oauth.1'), node('docs/tools/man-page.ts'))
}

function node(...args) {
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status === 0) return stdout
  process.stderr.write(stdout)
  throw new Error(`node ${args.join(' ')} ended with ${status}`)
}

if (process.argv[1] === import.meta.filename) await buildAll()
