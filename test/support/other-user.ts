import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BIN, type TempCli, type User } from './temp-cli.ts'

/** A reason to skip a test that is run as other users of the machine. */
export function withoutOtherUsers(): string | false {
  if (process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS) return false
  if (process.getuid?.() !== 0) return 'it takes root to be another user'
  const options = { uid: 65534, gid: 65534, cwd: '/' } as const
  const { status } = spawnSync(process.execPath, [BIN, '--version'], options)
  return status === 0 ? false : 'other users cannot read this checkout'
}

/** The folder of the store, and all in it, becomes a user's, or a group's where a mode says so. */
export function giveStore({ home, db }: TempCli, { uid, gid }: User, mode = 0o600): void {
  const folder = dirname(db)
  chmodSync(home, 0o755)
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
    chownSync(path, uid, gid)
    chmodSync(path, path === folder ? 0o2000 | mode | ((mode & 0o444) >> 2) : mode)
  }
}

/** The command line of somebody whom file modes hold: root writes anywhere, and is made nobody. */
export function asOrdinaryUser(cli: TempCli): TempCli {
  if (process.getuid?.() !== 0) return cli
  const nobody = { uid: 65534, gid: 65534 }
  giveStore(cli, nobody)
  return cli.as(nobody)
}
