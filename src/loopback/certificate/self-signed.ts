import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { SlackOAuthError } from '../../base/errors.ts'
import { whyNotOurs } from '../../base/file-permissions.ts'
import { type Certificate, checkedCertificate } from './certificate.ts'
import { signCertificate } from './sign.ts'

const DAY_SECONDS = 24 * 60 * 60

/** Apple's systems take none that is valid for longer than 398 days, 825 where a user trusts it. */
const VALID_SECONDS = 397 * DAY_SECONDS

/** Replaced this long before it ends. */
const RENEW_SECONDS = 14 * DAY_SECONDS

/**
 * A certificate of our own for localhost, made once and kept, so that a browser that was told to trust
 * it goes on doing so. It can sign no other: its key is of no use for other sites.
 *
 * @throws SlackOAuthError `output_failed` when it cannot be kept
 */
export function ownCertificate(folder: string, now: number): Certificate {
  // One file for both, so that no two processes can mix their halves
  const path = join(folder, 'localhost.pem')
  return kept(path, now) ?? make(path, now)
}

/** The one that is kept and still good, if there is one; nothing is made or changed. */
export function keptCertificate(folder: string, now: number): Certificate | undefined {
  return readable(join(folder, 'localhost.pem'), now)
}

function kept(path: string, now: number): Certificate | undefined {
  const certificate = readable(path, now)
  if (certificate) chmodSync(path, 0o600)
  return certificate
}

function readable(path: string, now: number): Certificate | undefined {
  try {
    if (whyNotOurs(path) !== undefined || !isOwnOrRoots(path)) return undefined
    const text = readFileSync(path, 'utf8')
    const certificate = check(text, path, now)
    check(text, path, now + RENEW_SECONDS)
    return certificate
  } catch {
    // Not there, ending, damaged, or somebody else's: another takes its place
    return undefined
  }
}

/** A key that another user has made is known to them, also where root would read it. */
function isOwnOrRoots(path: string): boolean {
  const own = process.getuid?.()
  return own === undefined || [own, 0].includes(statSync(path).uid)
}

function make(path: string, now: number): Certificate {
  const { cert, key } = signCertificate(now, VALID_SECONDS)
  const text = `${key.trim()}\n${cert.trim()}\n`
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary)
    throw new SlackOAuthError('output_failed', `The certificate ${path} cannot be kept`, {
      hint: 'Make the folder writable, or name a certificate with --cert and --key',
      cause,
    })
  }
  return check(text, path, now)
}

function check(text: string, path: string, now: number): Certificate {
  const cert = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0] ?? ''
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(text)?.[0] ?? ''
  return checkedCertificate(
    { cert: `${cert}\n`, key: `${key}\n` },
    { origin: 'own', path, names: { cert: path, key: path } },
    now,
  )
}
