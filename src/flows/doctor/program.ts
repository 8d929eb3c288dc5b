import { driverVersions } from '../../store/open-store.js'
import { VERSION } from '../../version.js'
import { failure, ok, type Probe } from './check.js'

/** package.json's `engines`. */
const OLDEST_NODE = [20, 19] as const

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
      const [major = 0, minor = 0] = node.split('.').map(Number)
      const [oldest, oldestMinor] = OLDEST_NODE
      if (major > oldest || (major === oldest && minor >= oldestMinor)) return [ok(node)]
      const message = `${node} is older than ${OLDEST_NODE.join('.')}`
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
