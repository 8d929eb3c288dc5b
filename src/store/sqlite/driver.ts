import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'

const require = createRequire(import.meta.filename)

/** What better-sqlite3 13 is compiled for: it came with Node 22.14 and 23.6. */
const NODE_API = 10

/**
 * The SQLite driver, looked at before its native part is loaded: better-sqlite3 13 crashes the process
 * where Node has an older API. npm picks 12 on Node 20, but not on an early 22; other package managers
 * may not at all.
 *
 * @throws SlackOAuthError `store_driver`
 */
export function loadDriver(): typeof Database {
  // Found once: Node's search for a package is a good part of the start of `token`
  const driver = require.resolve('better-sqlite3')
  if (Number(process.versions.napi) < NODE_API) {
    const manifest = readFileSync(join(driver, '../../package.json'), 'utf8')
    const { version }: { version: string } = JSON.parse(manifest)
    if (Number.parseInt(version, 10) >= 13) {
      throw new SlackOAuthError(
        'store_driver',
        `better-sqlite3 ${version} cannot run on Node ${process.versions.node}`,
        { hint: 'npm install better-sqlite3@12, or use Node 22.14 or later' },
      )
    }
  }
  return require(driver)
}

/** Whether an error says that the native part of the driver is not there or of another Node. */
export function isMissingBinding(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = errorCode(error)
  return (
    code === 'ERR_DLOPEN_FAILED' ||
    code === 'MODULE_NOT_FOUND' ||
    error.message.startsWith('Could not locate the bindings file')
  )
}
