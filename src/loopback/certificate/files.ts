import { namedFile } from '../../named-file.js'
import { isFileOpenToOthers } from '../../private-files.js'
import { type Certificate, checkedCertificate } from './certificate.js'

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
