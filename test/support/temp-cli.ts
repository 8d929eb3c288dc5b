import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import './fresh-build.ts'
import { type Finished, runMain } from './run-main.ts'

export type { Finished } from './run-main.ts'

export const BIN = resolve(import.meta.dirname, '../../bin/slack-oauth.cjs')

/** A test that waits for longer fails, with what was said until then. */
const WAIT_MILLISECONDS = 60_000

export interface Running {
  readonly child: ChildProcess
  /** The first match in what was written to stderr (or stdout) so far, or is written within a minute. */
  waitFor(pattern: RegExp, stream?: 'stderr' | 'stdout'): Promise<RegExpExecArray>
  readonly finished: Promise<Finished>
}

export interface TempCli {
  /** An empty home of its own. */
  readonly home: string
  readonly db: string
  readonly env: Record<string, string>
  /** In a process of its own. */
  run(...args: string[]): Promise<Finished>
  /** The same in this process, which takes a tenth of the time: for what is printed and the exit code. */
  main(...args: string[]): Promise<Finished>
  start(...args: string[]): Running
  /** The same, with other settings. */
  with(env: Record<string, string>): TempCli
  /** The same, run by another user of the machine: for root alone. */
  as(user: User): TempCli
  /** The same, started by another program, such as `strace`, with these arguments of its own. */
  under(...wrapper: string[]): TempCli
}

export interface User {
  readonly uid: number
  readonly gid: number
}

/** The built command line as a user has it, in an empty home that goes when the test ends. */
export async function tempCli(t: TestContext, env: Record<string, string> = {}): Promise<TempCli> {
  const home = await mkdtemp(join(tmpdir(), 'slack-oauth-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const db = join(home, 'store', 'installations.db')
  const base = { PATH: process.env.PATH ?? '', HOME: home, SLACK_OAUTH_DB: db, BROWSER: 'none' }
  return create(t, home, db, { ...base, ...env })
}

function create(
  t: TestContext,
  home: string,
  db: string,
  env: Record<string, string>,
  user?: User,
  wrapper: readonly string[] = [],
): TempCli {
  const start = (...args: string[]) =>
    startProgram(t, [...wrapper, process.execPath, BIN, ...args], { cwd: home, env, ...user })
  return {
    home,
    db,
    env,
    start,
    run: (...args) => start(...args).finished,
    main: (...args) => runMain(args, env, home),
    with: (more) => create(t, home, db, { ...env, ...more }, user, wrapper),
    as: (other) => create(t, home, db, env, other, wrapper),
    under: (...other) => create(t, home, db, env, user, other),
  }
}

/** A program of Node's, which ends with the test at the latest. */
export function startNode(
  t: TestContext,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Running {
  return startProgram(t, [process.execPath, ...args], options)
}

function startProgram(
  t: TestContext,
  [program = '', ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> } & Partial<User>,
): Running {
  const child = spawn(program, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
      for (const look of waiting) look()
    })
  }
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({
        code: code ?? 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGINT' ? 2 : 15),
        ...said,
      })
      for (const look of waiting) look()
    })
  })
  return {
    child,
    finished,
    waitFor: (pattern, stream = 'stderr') =>
      new Promise((resolve, reject) => {
        const fail = (how: string) => () => {
          done()
          reject(new Error(`${how} without ${pattern}: ${JSON.stringify(said)}`))
        }
        const limit = setTimeout(fail('a minute went by'), WAIT_MILLISECONDS)
        const done = () => {
          clearTimeout(limit)
          waiting.delete(look)
        }
        const look = () => {
          const match = pattern.exec(said[stream])
          if (match) {
            done()
            resolve(match)
          } else if (child.exitCode !== null || child.signalCode !== null) fail('it ended')()
        }
        waiting.add(look)
        look()
      }),
  }
}
