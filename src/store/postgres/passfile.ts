import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isOpenToOthers } from '../../base/file-permissions.ts'
import { protect } from '../../base/redact.ts'
import type { Address } from './url.ts'

/**
 * The password that the user's password file has for a server: the first line that fits.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export function passwordFromFile(
  address: Address,
  warn: (message: string) => void,
): string | undefined {
  const path = address.parameter('passfile') ?? usualPath()
  const text = privateText(path, warn)
  const { host, port, database, user } = address
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const [hostField, ...fields] = fieldsOf(line)
    const password = fields[3]
    if (password === undefined || password === '') continue
    const fits = (field: string | undefined, value: string) => field === '*' || field === value
    const isHost = hosts.some((each) => fits(hostField, each))
    if (
      isHost &&
      fits(fields[0], String(port)) &&
      fits(fields[1], database) &&
      fits(fields[2], user)
    ) {
      protect(password)
      return password
    }
  }
  return undefined
}

/** As libpq: nothing where there is no such file, and nothing of one that others can read. */
function privateText(path: string, warn: (message: string) => void): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat?.isFile()) return ''
    if (!isOpenToOthers(stat)) return readFileSync(path, 'utf8')
    warn(`${path} is not used, since others can read it: chmod 600 '${path}'`)
  } catch {
    warn(`${path} is not used: it cannot be read`)
  }
  return ''
}

function usualPath(): string {
  return process.platform === 'win32'
    ? join(process.env.APPDATA ?? homedir(), 'postgresql', 'pgpass.conf')
    : join(homedir(), '.pgpass')
}

/** Separated by colons; a colon or backslash of a field stands behind a backslash. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field = '']) =>
    field.replace(/\\(.)/g, '$1'),
  )
}
