import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TempCli } from '../support/temp-cli.ts'

// SQLite writes from the main thread, which is all that is traced: `strace` counts each of these calls
// there, and at the one that is named it kills the process before the call, or has the call fail.

const CALLS = ['pwrite64', 'fsync', 'ftruncate', 'unlink', 'mkdir'] as const
export type Call = (typeof CALLS)[number]

export type Failure = 'kill' | 'EIO' | 'ENOSPC' | 'EROFS'

export interface Fault {
  readonly call: Call
  readonly failure: Failure
  /** The first is 1. */
  readonly at: number
}

const canTrace =
  process.platform === 'linux' &&
  spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO:when=1', 'true'])
    .status === 0

/** Why there are none here, aloud; the tests then fail where all of them are required. */
export const skipFaults =
  canTrace || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS ? false : 'it needs strace, on Linux'

/** The same command line, met by a fault. */
export function faulty(cli: TempCli, { call, failure, at }: Fault): TempCli {
  const how = failure === 'kill' ? 'signal=KILL' : `error=${failure}`
  const inject = `inject=${call}:${how}:when=${at}`
  return cli.under('strace', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject)
}

/** How often each call is made by a command that meets no fault. */
export async function countCalls(
  cli: TempCli,
  work: (traced: TempCli) => Promise<unknown>,
): Promise<ReadonlyMap<Call, number>> {
  const log = join(cli.home, 'trace')
  await work(cli.under('strace', '-qq', '-o', log, '-e', `trace=${CALLS.join()}`))
  const lines = (await readFile(log, 'utf8')).split('\n')
  return new Map(
    CALLS.map((call) => [call, lines.filter((line) => line.startsWith(`${call}(`)).length]),
  )
}
