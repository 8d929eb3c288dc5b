import { mkcertCertificate } from '../../loopback/certificate/mkcert.js'
import { keptCertificate } from '../../loopback/certificate/own.js'
import type { Environment } from '../../loopback/surroundings.js'
import { isFileOpenToOthers } from '../../private-files.js'
import { type Finding, ok, warning } from './check.js'

export interface CertificateNeeds {
  readonly env: Environment
  /** Where a certificate of our own is kept. */
  dataFolder(): Promise<string>
  /** Unix time in seconds. */
  now(): number
}

/** Which certificate `https://localhost` would be served with, where none is named; none is made. */
export async function judgeCertificate(needs: CertificateNeeds): Promise<readonly Finding[]> {
  const signed = mkcertCertificate(needs.env, needs.now())
  if (signed && !('failed' in signed)) return [ok(`by mkcert's authority, ${signed.path}`)]
  const own = await judgeOwn(needs)
  return signed ? [warning(signed.failed, 'A certificate of our own is used'), own] : [own]
}

async function judgeOwn({ dataFolder, now }: CertificateNeeds): Promise<Finding> {
  const trust = 'Browsers warn of it until they are told to trust it: see docs/redirects.md'
  const own = keptCertificate(await dataFolder(), now())
  if (own?.path === undefined) return ok('install makes one of its own', trust)
  if (isFileOpenToOthers(own.path)) {
    return warning(`others can read the key in ${own.path}`, `chmod 600 '${own.path}'`)
  }
  return ok(`our own, ${own.path}, SHA-256 ${own.fingerprint}`, trust)
}
