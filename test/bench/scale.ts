// What a million installations cost beside one: `token` of a workspace (whole processes), opening the store,
// and all that there is through `list` and `export`, with the memory that they took at most.
//   npm run bench -- scale [1,100000]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/store/open-store.ts'
import { BIN } from '../support/temp-cli.ts'
import { fill, id } from './fill.ts'

const SIZES = (process.argv[2] ?? '1,1000000').split(',').map(Number)
const STARTS = 20
const OPENINGS = 500

// It alone adds 50 ms or more to each start of Node 20
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env

/** `token` of a workspace in the middle, in milliseconds. */
function token(path: string, size: number): number {
  const startedAt = performance.now()
  const args = [BIN, 'token', '--bot', '--team', id('T', Math.floor(size / 2)), '--db', path]
  const { status, stderr } = spawnSync(process.execPath, args, { env })
  if (status !== 0) throw new Error(String(stderr))
  return performance.now() - startedAt
}

/** Opening and closing, in milliseconds. */
async function opening(path: string): Promise<number> {
  const startedAt = performance.now()
  await (await openStore(path)).close()
  return performance.now() - startedAt
}

/** Medians by size, of so many rounds in each of which every size has its turn: load hits them all. */
async function medians(
  rounds: number,
  measure: (path: string, size: number) => number | Promise<number>,
): Promise<number[]> {
  const times = SIZES.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, size] of SIZES.entries()) {
      const time = await measure(pathOf(size), size)
      // The first only warms the caches
      if (round > 0) times[index]?.push(time)
    }
  }
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0)
}

/** A command through a pipe: how long it took, of which at work itself, and its memory at most. */
async function whole(path: string, ...args: string[]): Promise<string> {
  const report = `process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    process.stderr.write(JSON.stringify([maxRSS / 1024, (userCPUTime + systemCPUTime) / 1e6]))
  })`
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(report)}`, BIN, ...args, '--db', path],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(said)
  const seconds = (performance.now() - startedAt) / 1000
  const [megabytes, busy] = JSON.parse(said)
  return `${seconds.toFixed(1)} s (${Number(busy).toFixed(1)} of CPU), ${Math.round(megabytes)} MiB`
}

const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-bench-'))
const pathOf = (size: number) => join(folder, `${size}.db`)

function print(what: string, cells: readonly string[]): void {
  console.log(what.padEnd(20), ...cells.map((cell) => cell.padStart(34)))
}

function printTimes(what: string, times: readonly number[]): void {
  const [first = 1] = times
  print(
    what,
    times.map((time) => `${time.toFixed(2)} ms (${(time / first).toFixed(2)})`),
  )
}

try {
  for (const size of SIZES) {
    await (await openStore(pathOf(size))).close()
    fill(pathOf(size), size)
  }
  print(
    'installations',
    SIZES.map((size) => size.toLocaleString('en')),
  )
  printTimes('token --team', await medians(STARTS, token))
  printTimes('opening', await medians(OPENINGS, opening))
  for (const command of [['list', '--json'], ['list'], ['export']]) {
    const cells: string[] = []
    for (const size of SIZES) cells.push(await whole(pathOf(size), ...command))
    print(command.join(' '), cells)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
