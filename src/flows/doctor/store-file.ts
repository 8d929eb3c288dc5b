import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isOpenToOthers, whyNotOurs } from '../../base/file-permissions.ts'
import type { StoreFileReport } from '../../store/open-store.ts'
import { type Finding, failure, ok, warning } from './probes.ts'

/** That the key is the right one, the count of the installations shows: it opens them all. */
export function judgeEncryption(encryption: StoreFileReport['encryption']): readonly Finding[] {
  if (encryption === undefined) return []
  const { keyId, clear } = encryption
  const sealed = ok(`sealed with the key ${keyId}`)
  if (clear === 0) return [sealed]
  const message = `${clear} of its secrets ${clear === 1 ? 'is' : 'are'} in the clear: another program stored them`
  return [sealed, warning(message, 'slack-oauth encrypt')]
}

export function judgeFile(path: string, report: StoreFileReport): readonly Finding[] {
  const { mode, userId, leftWalBytes, damage, migrations, locks } = report
  const findings: Finding[] = []
  const isPosix = process.platform !== 'win32'
  if (damage !== undefined) {
    findings.push(
      failure(
        'store_corrupt',
        `${path} is damaged: ${damage.split('\n')[0]}`,
        'Restore it from a backup, or save what is left: sqlite3 FILE .recover',
      ),
    )
  }
  if (isOpenToOthers(report)) {
    const message = `others on this machine can read the tokens (mode ${mode.toString(8)})`
    findings.push(warning(message, `chmod 600 '${path}'`))
  }
  const why = whyNotOurs(path)
  if (why !== undefined) findings.push(failure('store_unavailable', why, `ls -l '${path}'`))
  else if (isPosix && userId !== process.getuid?.()) {
    findings.push(warning(`it belongs to another user (${userId})`, `ls -l '${path}'`))
  }
  if (migrations.applied < migrations.known) {
    const message = `it has ${migrations.applied} of our ${migrations.known} migrations`
    findings.push(ok(message, 'The next command that writes it makes the others'))
  }
  if (leftWalBytes > 0) {
    const message = `a process that died has left ${leftWalBytes} bytes in ${path}-wal`
    findings.push(
      warning(message, 'Keep that file: the next command takes it in (slack-oauth list)'),
    )
  }
  if (locks.held > 0)
    findings.push(ok(`${locks.held} ${plural(locks.held, 'token')} being renewed`))
  if (locks.left > 0) {
    findings.push(
      ok(`${locks.left} ${plural(locks.left, 'lock file')} left over, which hold nothing`),
    )
  }
  return findings
}

export async function judgeWriting(path: string): Promise<readonly Finding[]> {
  // SQLite makes files beside it to write
  if ((await isWritable(path)) && (await isWritable(dirname(path)))) return []
  return [
    warning(
      'it cannot be written, so no token can be renewed',
      `ls -ld '${dirname(path)}' '${path}'`,
    ),
  ]
}

export async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}
