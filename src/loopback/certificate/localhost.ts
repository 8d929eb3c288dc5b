import type { Environment } from '../../base/environment.ts'
import { isFileOpenToOthers } from '../../base/file-permissions.ts'
import { namedFile } from '../../base/setting-file.ts'
import { type Certificate, checkedCertificate, isFor } from './certificate.ts'
import { mkcertCertificate } from './mkcert.ts'
import { ownCertificate } from './self-signed.ts'

/** @throws SlackOAuthError `usage` where a file cannot be read, `invalid_certificate` */
export function certificateFromFiles(
  files: { readonly cert: string; readonly key: string },
  now: number,
): Certificate {
  const pem = { cert: namedFile(files.cert, '--cert'), key: namedFile(files.key, '--key') }
  const certificate = checkedCertificate(pem, { origin: 'file', names: files }, now)
  if (!isFileOpenToOthers(files.key)) return certificate
  return { ...certificate, doubts: [`Others can read the key ${files.key}: chmod 600 it`] }
}

export interface CertificateSources {
  /** `--cert` and `--key`: they come before all else, and what is wrong with them is an error. */
  readonly files?: { readonly cert: string; readonly key: string }
  readonly env: Environment
  /** Where one of our own is kept. */
  readonly folder: string
  /** Unix time in seconds. */
  now(): number
}

/**
 * The certificate for `https://localhost`: the one that is named, else one signed by the authority
 * that mkcert has made this machine's browsers trust, else one of our own, which none trusts.
 *
 * @throws SlackOAuthError `invalid_certificate`, `usage`
 */
export function localhostCertificate(
  { files, env, folder, now }: CertificateSources,
  redirectUri: URL,
): Certificate {
  if (files) return withHostDoubt(certificateFromFiles(files, now()), redirectUri)
  const signed = mkcertCertificate(env, now())
  if (signed && !('failed' in signed)) return signed
  const own = ownCertificate(folder, now())
  return signed ? { ...own, doubts: [...own.doubts, signed.failed] } : own
}

function withHostDoubt(certificate: Certificate, redirectUri: URL): Certificate {
  if (isFor(certificate, redirectUri)) return certificate
  const doubt = `The certificate is not for ${redirectUri.hostname}: your browser will warn of it`
  return { ...certificate, doubts: [...certificate.doubts, doubt] }
}
