import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { SlackOAuthError } from '../../errors.js'

const require = createRequire(import.meta.filename)

/**
 * The SQLite driver, looked at before its native part is loaded: better-sqlite3 13 needs Node 22 and
 * crashes the process on an older one. npm picks 12 there; other package managers may not.
 *
 * @throws SlackOAuthError `store_driver`
 */
export function loadDriver(): typeof Database {
  // Found once: Node's search for a package is a good part of the start of `token`
  const driver = require.resolve('better-sqlite3')
  if (Number.parseInt(process.versions.node, 10) < 22) {
    const manifest = readFileSync(join(driver, '../../package.json'), 'utf8')
    const { version }: { version: string } = JSON.parse(manifest)
    if (Number.parseInt(version, 10) >= 13) {
      throw new SlackOAuthError(
        'store_driver',
        `better-sqlite3 ${version} cannot run on Node ${process.versions.node}`,
        { hint: 'npm install better-sqlite3@12, or use Node 22 or later' },
      )
    }
  }
  return require(driver)
}

/** Whether an error says that the native part of the driver is not there or of another Node. */
export function isMissingBinding(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return (
    code === 'ERR_DLOPEN_FAILED' ||
    code === 'MODULE_NOT_FOUND' ||
    error.message.startsWith('Could not locate the bindings file')
  )
}
