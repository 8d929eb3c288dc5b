import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { parse } from 'yaml'
import { analyse, bundles } from '../../scripts/build.mjs'
import { blocks } from '../support/documents.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')

const names = v.record(v.string(), v.string())
const manifest = v.parse(
  v.object({
    scripts: names,
    dependencies: names,
    optionalDependencies: names,
    devDependencies: names,
  }),
  JSON.parse(read('package.json')),
)

test('installing the package runs no script of ours', () => {
  for (const script of ['preinstall', 'install', 'postinstall', 'prepublish']) {
    assert.equal(manifest.scripts[script], undefined)
  }
})

test('LICENSE names every package that a bundle of the command line contains', async () => {
  const found = new Set<string>()
  for (const bundle of [bundles.cli, bundles.quick]) {
    const { outputs } = await analyse(bundle)
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
        if (name !== undefined && bytesInOutput > 0) found.add(name)
      }
    }
  }
  assert.ok(found.has('commander') && found.has('env-paths'))
  const [, named = ''] = read('LICENSE').split('contain these')
  for (const name of found) assert.match(named, new RegExp(`\\b${name}\\b`), name)
})

test('what a bundle contains is not installed with the package, and what it leaves out is', async () => {
  const { outputs } = await analyse(bundles.cli)
  const inlined = new Set<string>()
  for (const path of Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs))) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
    if (name !== undefined) inlined.add(name)
  }
  const installed = { ...manifest.dependencies, ...manifest.optionalDependencies }
  // The library takes valibot from outside
  for (const name of inlined) assert.ok(name === 'valibot' || !(name in installed), name)
  for (const name of bundles.cli.external.filter((each) => !each.startsWith('.'))) {
    assert.ok(name in installed, name)
  }
})

test('installing the repository runs no install script, of whichever package', () => {
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m)
  for (const script of ['prepare', 'prepack', 'prepublishOnly']) {
    assert.equal(manifest.scripts[script], undefined, script)
  }
})

test('every package of the lock file is held by its hash, and comes from the registry', () => {
  const locked = v.parse(
    v.object({
      packages: v.record(
        v.string(),
        v.looseObject({
          resolved: v.optional(v.string()),
          integrity: v.optional(v.string()),
          link: v.optional(v.boolean()),
        }),
      ),
    }),
    JSON.parse(read('package-lock.json')),
  )
  for (const [name, { resolved = '', integrity = '', link }] of Object.entries(locked.packages)) {
    // Our own, and the folder of the workspace that holds the Node to build with
    if (name === '' || name === 'toolchain' || link) continue
    // Without an address it is that of whatever registry is asked: the hash decides
    assert.match(resolved, /^(https:\/\/registry\.npmjs\.org\/.*)?$/, name)
    assert.match(integrity, /^sha512-/, name)
  }
})

test('every dependency has its reason in docs/dependencies.md', () => {
  const reasons = read('docs', 'dependencies.md')
  const all = [manifest.dependencies, manifest.optionalDependencies, manifest.devDependencies]
  for (const name of all.flatMap((each) => Object.keys(each))) {
    if (name.startsWith('@types/')) continue
    assert.ok(reasons.includes(`\`${name}\``), name)
  }
})

const permissions = v.optional(v.union([v.string(), v.record(v.string(), v.string())]))
const workflowSchema = v.looseObject({
  permissions,
  jobs: v.record(
    v.string(),
    v.looseObject({
      permissions,
      'timeout-minutes': v.number(),
      steps: v.array(
        v.looseObject({
          uses: v.optional(v.string()),
          run: v.optional(v.string()),
          env: v.optional(names),
        }),
      ),
    }),
  ),
})
const workflows = readdirSync(join(ROOT, '.github/workflows')).map((name) => ({
  file: name,
  text: read('.github/workflows', name),
  ...v.parse(workflowSchema, parse(read('.github/workflows', name))),
}))

test('every action is pinned by its commit', () => {
  for (const { file, jobs } of workflows) {
    for (const { uses } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      if (uses !== undefined) assert.match(uses, /^actions\/[\w-]+@[0-9a-f]{40}$/, file)
    }
  }
})

test('the job that publishes alone may ask for an identity, and runs no code of the repository', () => {
  for (const { file, text, permissions: given, jobs } of workflows) {
    assert.deepEqual(given, file === 'release.yml' ? {} : { contents: 'read' }, file)
    assert.doesNotMatch(text, /secrets\.|pull_request_target/, file)
    // What an event says is never put into a script
    for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      assert.doesNotMatch(run, /\$\{\{/, file)
    }
    for (const [job, { permissions: own, steps }] of Object.entries(jobs)) {
      const isPublisher = file === 'release.yml' && job === 'publish'
      if (isPublisher) assert.deepEqual(own, { 'id-token': 'write' })
      else assert.ok(own === undefined || JSON.stringify(own) === '{"contents":"read"}', job)
      const checksOut = steps.some(({ uses = '' }) => uses.startsWith('actions/checkout'))
      assert.equal(checksOut, !isPublisher, job)
    }
  }
})

function emptyPackage(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-release-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'package.json'), '{}')
  return folder
}

/** Runs the step of release.yml whose script has these words, as GitHub would; npm says what it was told. */
function runStep(folder: string, words: string, env: Record<string, string>) {
  const release = workflows.find(({ file }) => file === 'release.yml')
  const steps = Object.values(release?.jobs ?? {}).flatMap((job) => job.steps)
  const step = steps.find(({ run }) => run?.includes(words))
  assert.deepEqual(Object.keys(step?.env ?? {}), Object.keys(env))
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
  return spawnSync('bash', ['-e', '-c', step?.run ?? ''], {
    cwd: folder,
    env: { ...env, PATH: [bin, process.env.PATH].join(delimiter) },
    encoding: 'utf8',
  })
}

test('a release candidate is published as next, and nothing else is', (t) => {
  const folder = emptyPackage(t)
  writeFileSync(join(folder, 'slack-oauth-1.0.0.tgz'), '')
  const published = (TAG: string) =>
    / --tag (\S+) slack-oauth-1\.0\.0\.tgz$/m.exec(
      runStep(folder, 'npm publish', { TAG }).stdout,
    )?.[1]
  assert.equal(published('v1.0.0-rc.1'), 'next')
  assert.equal(published('v2.0.0-beta.0'), 'next')
  assert.equal(published('v1.0.0'), 'latest')
})

test('nothing is published until package.json names the repository of the workflow, as docs/releasing.md has it', (t) => {
  const folder = emptyPackage(t)
  const checked = (REPOSITORY: string) => runStep(folder, 'repository?.url', { REPOSITORY })
  const repository = 'git+https://github.com/ORGANIZATION/slack-oauth.git'
  const { status, stdout } = checked(repository)
  assert.equal(status, 1)
  assert.match(stdout, /^::error .*repository\.url is '', not git\+.*: see docs\/releasing\.md$/m)

  const [block] = blocks.filter(({ document }) => document === 'docs/releasing.md')
  execFileSync('bash', ['-e', '-c', block?.text ?? ''], { cwd: folder })
  assert.equal(checked(repository).status, 0)
  assert.equal(checked(repository.replace('ORGANIZATION', 'another')).status, 1)
})
