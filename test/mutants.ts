// npm run mutants [-- --minutes 10] [--seed 1] [--from 0] [FILE …]: small faults put into the code one at a time, each
// of which some test has to see. FILE is a part of a path below src; without one, the code that matters most. The same
// seed gives the same order, so --from goes on where an earlier run ended. Nothing of the checkout is changed: the
// faults go into a copy. A test that is red without any fault judges none. Ends with 1 and the list where a fault was
// not seen.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const ROOT = resolve(import.meta.dirname, '..')
const MATTERS = [
  'src/flows/',
  'src/store/',
  'src/slack/',
  'src/serve/',
  'src/loopback/',
  'src/library/',
  'src/formats/',
]

/** What is looked for in a line, and what is put in its place. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/ === /, ' !== '],
  [/ !== /, ' === '],
  [/ && /, ' || '],
  [/ \|\| /, ' && '],
  [/ \?\? /, ' && '],
  [/ <= /, ' < '],
  [/ >= /, ' > '],
  [/ < /, ' <= '],
  [/ > /, ' >= '],
  [/ \+ /, ' - '],
  [/\breturn true\b/, 'return false'],
  [/\breturn false\b/, 'return true'],
  [/\bif \(/, 'if (true || '],
  [/\bif \(/, 'if (false && '],
  [/^(\s*)throw .*$/, '$1void 0'],
  [/^(\s*)await (?!import\b)[\w.]+\(.*\)$/, '$1void 0'],
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
})

const filesBelow = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))

const imports = new Map(
  [...filesBelow('src'), ...filesBelow('test')].map((file) => {
    const found = readFileSync(join(ROOT, file), 'utf8').matchAll(
      /(?:from|import) ?\(?'(\.{1,2}\/[^']+\.ts)'/g,
    )
    return [
      file,
      [...found].map(([, path = '']) => relative(ROOT, resolve(ROOT, dirname(file), path))),
    ]
  }),
)

/** How many imports lead from one file to another; none where it is not reached. */
function distances(from: string): ReadonlyMap<string, number> {
  const found = new Map([[from, 0]])
  for (const [file, distance] of found) {
    for (const next of imports.get(file) ?? []) {
      if (!found.has(next)) found.set(next, distance + 1)
    }
  }
  return found
}

// Too slow to be run for each fault
const tests = filesBelow('test').filter(
  (file) => file.endsWith('.test.ts') && !/\/(?:bench|browser|faults)\//.test(file),
)
const reached = new Map(tests.map((file) => [file, distances(file)]))

/** The test files that are nearest to a file, and so most likely to see a fault in it. */
function testsOf(file: string): string[] {
  const near = tests.flatMap((test) => {
    const distance = reached.get(test)?.get(file)
    return distance === undefined ? [] : [{ test, distance }]
  })
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 12)
    .map(({ test }) => test)
}

interface Mutant {
  readonly file: string
  readonly line: number
  readonly text: string
}

function mutantsOf(file: string): Mutant[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
  return lines.flatMap((text, line) => {
    if (/^\s*(\*|\/\/|\/\*|import |export type|type )/.test(text)) return []
    return OPERATORS.filter(([pattern]) => pattern.test(text)).map(([pattern, instead]) => ({
      file,
      line,
      text: text
        .replace(pattern, instead)
        .replace(/if \((true \|\||false &&) (.*)\) /, 'if ($1 ($2)) '),
    }))
  })
}

/** The same order for the same seed: Mulberry32. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return items
    .map((item) => ({ item, by: random() }))
    .sort((a, b) => a.by - b.by)
    .map(({ item }) => item)
}

const wanted = filesBelow('src').filter((file) =>
  positionals.length > 0
    ? positionals.some((part) => file.includes(part))
    : MATTERS.some((folder) => file.startsWith(folder)),
)
const from = Number(values.from)
const all = shuffled(wanted.flatMap(mutantsOf), Number(values.seed)).slice(from)
const until = Date.now() + Number(values.minutes) * 60_000
const copy = mkdtempSync(join(tmpdir(), 'slack-oauth-mutants-'))

function passes(...args: string[]): boolean {
  const how = { cwd: copy, stdio: 'ignore', timeout: 180_000 } as const
  return spawnSync(process.execPath, args, how).status === 0
}
const passesTests = (files: readonly string[]) =>
  files.length === 0 || passes('--test', '--test-reporter=dot', '--test-timeout=60000', ...files)

const judges = new Map<string, readonly string[]>()

/** The nearest tests of a file that are green without a fault: a red one would seem to see each. */
function judgesOf(file: string): readonly string[] {
  let found = judges.get(file)
  if (found === undefined) {
    const near = testsOf(file)
    found = passesTests(near) ? near : near.filter((each) => passesTests([each]))
    for (const red of near) {
      if (!found.includes(red)) console.error(`\n${red} is red without a fault, and left out`)
    }
    judges.set(file, found)
  }
  return found
}

const counts = { seen: 0, refused: 0, unreached: 0 }
const unseen: string[] = []
let tried = 0
try {
  // What git knows of, as it is now, and what is built
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const names = execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  for (const name of new Set([...names.filter(Boolean), 'dist'])) {
    const path = join(ROOT, name)
    if (existsSync(path))
      cpSync(path, join(copy, name), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  // A fault may leave something unused: that is nothing to stumble over
  const config = join(copy, 'tsconfig.json')
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replaceAll(/("noUnused\w+": )true/g, '$1false'),
  )
  // Some tests look in as another user
  chmodSync(copy, 0o755)
  for (const { file, line, text } of all) {
    if (Date.now() > until) break
    tried++
    const near = judgesOf(file)
    if (near.length === 0) {
      counts.unreached++
      continue
    }
    const path = join(copy, file)
    const original = readFileSync(path, 'utf8')
    writeFileSync(path, original.split('\n').with(line, text).join('\n'))
    // No test has seen what does not compile
    if (!passes('node_modules/typescript/bin/tsc')) counts.refused++
    else if (!passesTests(near.slice(0, 4)) || !passesTests(near.slice(4))) counts.seen++
    else unseen.push(`${file}:${line + 1}  ${text.trim()}`)
    writeFileSync(path, original)
    process.stderr.write(
      `\r${counts.seen} seen, ${unseen.length} not seen, ${counts.refused} do not compile, of ${all.length} `,
    )
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
process.stderr.write('\n')
console.log(
  `${counts.seen} faults were seen, ${unseen.length} were not, ${counts.refused} do not compile, ${counts.unreached} no test reaches`,
)
for (const each of unseen) console.log(each)
if (tried < all.length) console.log(`To go on: --seed ${values.seed} --from ${from + tried}`)
process.exitCode = unseen.length === 0 ? 0 : 1
