import { VERSION } from '../../base/version.ts'
import { driverVersions } from '../../store/open-store.ts'
import { failure, ok, type Probe } from './probes.ts'

/** package.json's `engines`; a test compares the two. Before 22.14, better-sqlite3 13 crashes. */
export const SUPPORTED_NODE = '^20.19 || ^22.14 || >=24'

/** Whether a version of Node is one of {@link SUPPORTED_NODE}. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 24 || (major === 22 && minor >= 14) || (major === 20 && minor >= 19)
}

/** The program itself, and what runs it. */
export const programProbes: readonly Probe[] = [
  {
    name: 'slack-oauth',
    look: () => [ok(`${VERSION} on ${process.platform} ${process.arch}`)],
  },
  {
    name: 'node',
    look: () => {
      const { node } = process.versions
      if (isSupportedNode(node)) return [ok(node)]
      const message = `${node} is none of ${SUPPORTED_NODE}`
      return [failure('usage', message, 'Install a newer Node: https://nodejs.org')]
    },
  },
  {
    name: 'sqlite',
    look: async () => {
      const { driver, sqlite } = await driverVersions()
      return [ok(`better-sqlite3 ${driver} with SQLite ${sqlite}`)]
    },
  },
]
