import { existsSync, statSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SlackOAuthError } from '../../errors.js'
import {
  inspectStoreFile,
  openStore,
  openStoreToRead,
  type StoreFileReport,
  storeName,
} from '../../store/open-store.js'
import { type Finding, failed, failure, ok, type Probe, warning } from './check.js'
import type { Setting } from './settings.js'

/** Less than this on the disk, and the next renewal may have nowhere to go. */
const LITTLE_SPACE_BYTES = 20 * 1024 * 1024

/** The store, of which nothing is made and nothing changed. */
export function storeProbes(location: () => Promise<Setting>): readonly Probe[] {
  return [
    {
      name: 'store',
      look: async () => {
        const { value: path, from } = await location()
        if (path.includes('://')) return [await lookAtServer(path, from)]
        if (path === ':memory:') return [ok(`in memory, gone with the process, from ${from}`)]
        return existsSync(path) ? lookAtFile(path, from) : [await lookAtPlace(path, from)]
      },
    },
    {
      name: 'disk',
      look: async () => {
        const { value: path } = await location()
        return path.includes('://') || path === ':memory:' ? [] : [await judgeDisk(path)]
      },
    },
  ]
}

async function lookAtServer(url: string, from: string): Promise<Finding> {
  const name = await storeName(url)
  try {
    const store = await openStore(url, { mustExist: true })
    await store.close()
    return ok(`${name}, from ${from}`)
  } catch (error) {
    if (!(error instanceof SlackOAuthError) || error.code !== 'not_installed') throw error
    return ok(`${name}, from ${from}, has no tables yet`, 'slack-oauth install makes them')
  }
}

/** Whether a file that is not there could be made. */
async function lookAtPlace(path: string, from: string): Promise<Finding> {
  const folder = nearestFolder(path)
  const next = 'slack-oauth install makes it'
  if (statSync(folder).isDirectory() && (await isWritable(folder)))
    return ok(`there is none yet at ${path}, from ${from}`, next)
  return failure(
    'store_unavailable',
    `there is none at ${path}, from ${from}, and ${folder} is no folder that can be written`,
    'Name another file with --db or SLACK_OAUTH_DB, or let this user write the folder',
  )
}

async function lookAtFile(path: string, from: string): Promise<readonly Finding[]> {
  const report = await inspectStoreFile(path)
  if (!report.isStore) {
    const hint = 'Name another file with --db; slack-oauth install makes its tables in this one'
    return [warning(`${path}, from ${from}, has no installations`, hint)]
  }
  const troubles = [...judgeFile(path, report), ...(await judgeWriting(path))]
  const isWhole = !troubles.some(({ status }) => status === 'fail') && report.leftWalBytes === 0
  const count = isWhole && report.size > 0 ? await countInstallations(path) : undefined
  if (count !== undefined && typeof count !== 'number') return [...troubles, count]
  const installations = count === undefined ? '' : `, ${count} ${plural(count, 'installation')}`
  return [ok(`${path}, from ${from}${installations}`), ...troubles]
}

function judgeFile(path: string, report: StoreFileReport): readonly Finding[] {
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
  if (isPosix && (mode & 0o077) !== 0) {
    const message = `others on this machine can read the tokens (mode ${mode.toString(8)})`
    findings.push(warning(message, `chmod 600 '${path}'`))
  }
  if (isPosix && userId !== process.getuid?.()) {
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

async function judgeWriting(path: string): Promise<readonly Finding[]> {
  // SQLite makes files beside it to write
  if ((await isWritable(path)) && (await isWritable(dirname(path)))) return []
  return [
    warning(
      'it cannot be written, so no token can be renewed',
      `ls -ld '${dirname(path)}' '${path}'`,
    ),
  ]
}

/** Reads every row as `list` does; the failure where one cannot be read. */
async function countInstallations(path: string): Promise<number | Finding> {
  try {
    const reader = await openStoreToRead(path)
    try {
      let count = 0
      for await (const _ of reader.list()) count++
      return count
    } finally {
      await reader.close()
    }
  } catch (error) {
    return failed(error)
  }
}

async function judgeDisk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestFolder(path))
  const bytes = bavail * bsize
  const free = `${Math.floor(bytes / 1024 / 1024)} MB free`
  if (bytes >= LITTLE_SPACE_BYTES) return ok(free)
  return warning(`${free} for the store`, 'Free some space: a renewed token has to be stored')
}

function nearestFolder(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder)
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}
