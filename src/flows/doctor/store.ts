import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import type { KeySource } from '../../store/encryption/key-ring.ts'
import { inspectStoreFile, openStore, openStoreToRead, storeName } from '../../store/open-store.ts'
import { type Finding, failed, failure, ok, type Probe, warning } from './probes.ts'
import type { Setting } from './settings.ts'
import { isWritable, judgeEncryption, judgeFile, judgeWriting, plural } from './store-file.ts'

/** Less than this on the disk, and the next renewal may have nowhere to go. */
const LITTLE_SPACE_BYTES = 20 * 1024 * 1024

/** The store, of which nothing is made and nothing changed. */
export function storeProbes(location: () => Promise<Setting>, key: KeySource): readonly Probe[] {
  return [
    {
      name: 'store',
      look: async () => {
        const { value: path, from } = await location()
        if (path.includes('://')) return lookAtServer(path, from, key)
        if (path === ':memory:') return [ok(`in memory, gone with the process, from ${from}`)]
        return existsSync(path) ? lookAtFile(path, from, key) : [await lookAtPlace(path, from)]
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

async function lookAtServer(
  url: string,
  from: string,
  key: KeySource,
): Promise<readonly Finding[]> {
  const name = await storeName(url)
  try {
    const store = await openStore(url, { mustExist: true, key })
    try {
      const keyId = await store.encryption.keyId()
      const clear = keyId === undefined ? 0 : await store.encryption.clearSecrets()
      return [
        ok(`${name}, from ${from}`),
        ...judgeEncryption(keyId === undefined ? undefined : { keyId, clear }),
      ]
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof SlackOAuthError) || error.code !== 'not_installed') throw error
    return [ok(`${name}, from ${from}, has no tables yet`, 'slack-oauth install makes them')]
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

async function lookAtFile(path: string, from: string, key: KeySource): Promise<readonly Finding[]> {
  const report = await inspectStoreFile(path)
  if (!report.isStore) {
    const hint = 'Name another file with --db; slack-oauth install makes its tables in this one'
    return [warning(`${path}, from ${from}, has no installations`, hint)]
  }
  const troubles = [
    ...judgeEncryption(report.encryption),
    ...judgeFile(path, report),
    ...(await judgeWriting(path)),
  ]
  const isWhole = !troubles.some(({ status }) => status === 'fail') && report.leftWalBytes === 0
  const count = isWhole && report.size > 0 ? await countInstallations(path, key) : undefined
  if (count !== undefined && typeof count !== 'number') return [...troubles, count]
  const installations = count === undefined ? '' : `, ${count} ${plural(count, 'installation')}`
  return [ok(`${path}, from ${from}${installations}`), ...troubles]
}

/** Reads every row as `list` does; the failure where one cannot be read. */
async function countInstallations(path: string, key: KeySource): Promise<number | Finding> {
  try {
    const reader = await openStoreToRead(path, { key })
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
