import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A machine of its own as far as its network goes, which is gone with the process that runs in it. */
export interface Machine {
  /** Loopback addresses that it has not: `127.0.0.1/8` or `::1/128`. */
  readonly without?: string
  /** What its /etc/hosts says. */
  readonly hosts: string
}

const canUnshare =
  process.platform === 'linux' && spawnSync('unshare', ['--net', '--mount', 'true']).status === 0

/** Why there can be none here, aloud; the tests then fail where all of them are required. */
export const skipNamespaces =
  canUnshare || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
    ? false
    : 'network namespaces need Linux, root and unshare'

/** Runs a program in such a machine; resolves with its exit code and what it printed. */
export async function runIn(
  { without, hosts }: Machine,
  home: string,
  command: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(home, 'hosts')
  writeFileSync(file, hosts)
  const script = [
    'set -e',
    'ip link set lo up',
    ...(without ? [`ip addr del ${without} dev lo`] : []),
    'mount --bind "$0" /etc/hosts',
    'exec "$@"',
  ].join('\n')
  const args = ['--net', '--mount', 'sh', '-c', script, file, ...command]
  return promisify(execFile)('unshare', args, { env, timeout: 60_000 }).then(
    (said) => ({ code: 0, ...said }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}
