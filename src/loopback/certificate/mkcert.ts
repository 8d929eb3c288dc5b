import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../base/environment.ts'
import { errorCode } from '../../base/errors.ts'
import { type Certificate, checkedCertificate } from './certificate.ts'
import { signCertificate } from './sign.ts'

/** It is made for one wait, and lives in memory alone. */
const VALID_SECONDS = 24 * 60 * 60

/**
 * A certificate signed by the authority that `mkcert -install` made, so that browsers trust it. Nothing where there is none; `failed` says
 * why one that is there was of no use.
 *
 * @see https://github.com/FiloSottile/mkcert
 */
export function mkcertCertificate(
  env: Environment,
  now: number,
): Certificate | { failed: string } | undefined {
  const folder = mkcertFolder(env, process.platform)
  const names = { cert: join(folder, 'rootCA.pem'), key: join(folder, 'rootCA-key.pem') }
  try {
    const authority = {
      cert: readFileSync(names.cert, 'utf8'),
      key: readFileSync(names.key, 'utf8'),
    }
    checkedCertificate(authority, { origin: 'mkcert', names }, now)
    const pem = signCertificate(now, VALID_SECONDS, authority)
    const made = { cert: 'signed by mkcert', key: 'made for it' }
    return checkedCertificate(pem, { origin: 'mkcert', path: names.cert, names: made }, now)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    const why = error instanceof Error ? error.message : String(error)
    return { failed: `The authority of mkcert in ${folder} is of no use: ${why}` }
  }
}

/** As mkcert itself finds it, by its getCAROOT. */
export function mkcertFolder(env: Environment, platform: NodeJS.Platform): string {
  if (env.CAROOT) return env.CAROOT
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? '', 'mkcert')
  if (platform === 'darwin')
    return join(env.HOME ?? homedir(), 'Library/Application Support/mkcert')
  return join(env.XDG_DATA_HOME || join(env.HOME ?? homedir(), '.local/share'), 'mkcert')
}
