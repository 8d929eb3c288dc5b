import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { SlackOAuthError } from '../../base/errors.ts'
import { namedFile } from '../../base/setting-file.ts'
import type { Address } from './url.ts'

/** TLS with these options, or none. */
export type Encryption = ConnectionOptions | false

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof modes)[number]

/**
 * What to connect with, and what next where the server has no TLS, by libpq's meaning of `sslmode`.
 * Two things differ. Without a mode, TLS is insisted on for another machine, where libpq falls back to
 * sending everything in the clear; and `verify-full` without a root certificate trusts the public ones.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 *
 * @throws SlackOAuthError `usage`
 */
export function encryptions(address: Address): readonly Encryption[] {
  if (address.host.startsWith('/')) return [false]
  const mode = sslMode(address)
  if (mode === 'disable') return [false]
  const own = {
    ...certificate(address, 'sslcert', 'cert'),
    ...certificate(address, 'sslkey', 'key'),
  }
  const unverified = { ...own, rejectUnauthorized: false }
  // libpq tries `allow` the other way round, which only helps whoever listens
  if (mode === 'allow' || mode === 'prefer') return [unverified, false]

  const root = rootCertificate(address)
  if (root === 'system') {
    if (mode === 'verify-full' || address.parameter('sslmode') === undefined) return [own]
    throw new SlackOAuthError('usage', `sslrootcert=system is of no use with sslmode=${mode}`, {
      hint: 'Use sslmode=verify-full',
    })
  }
  const ca = root === undefined ? {} : { ca: namedFile(root, 'sslrootcert') }
  if (mode === 'verify-full') return [{ ...own, ...ca }]
  // With a root certificate libpq's `require` is `verify-ca`
  if (root !== undefined) return [{ ...own, ...ca, checkServerIdentity: () => undefined }]
  if (mode === 'require') return [unverified]
  throw new SlackOAuthError('usage', 'sslmode=verify-ca needs a root certificate', {
    hint: 'Name its file with sslrootcert, or use sslmode=verify-full',
  })
}

function sslMode(address: Address): Mode {
  const text = address.parameter('sslmode')
  if (text === undefined) {
    if (address.parameter('sslrootcert') === 'system') return 'verify-full'
    return /^(localhost|127\.[\d.]+|::1)$/.test(address.host) ? 'prefer' : 'require'
  }
  const mode = modes.find((each) => each === text)
  if (mode !== undefined) return mode
  throw new SlackOAuthError('usage', 'sslmode has a value that is not known', {
    hint: `Those are ${modes.join(', ')}`,
  })
}

function rootCertificate(address: Address): string | undefined {
  const named = address.parameter('sslrootcert')
  if (named !== undefined) return named
  const usual =
    process.platform === 'win32'
      ? join(process.env.APPDATA ?? homedir(), 'postgresql', 'root.crt')
      : join(homedir(), '.postgresql', 'root.crt')
  return existsSync(usual) ? usual : undefined
}

function certificate(
  address: Address,
  parameter: 'sslcert' | 'sslkey',
  option: 'cert' | 'key',
): ConnectionOptions {
  const path = address.parameter(parameter)
  return path === undefined ? {} : { [option]: namedFile(path, parameter) }
}
