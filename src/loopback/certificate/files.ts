import { readFileSync } from 'node:fs'
import { SlackOAuthError } from '../../errors.js'
import { isFileOpenToOthers } from '../../private-files.js'
import { type Certificate, checkedCertificate } from './certificate.js'

/** @throws SlackOAuthError `usage` where a file cannot be read, `invalid_certificate` */
export function certificateFromFiles(
  files: { readonly cert: string; readonly key: string },
  now: number,
): Certificate {
  const pem = { cert: read(files.cert, '--cert'), key: read(files.key, '--key') }
  const certificate = checkedCertificate(pem, { origin: 'file', names: files }, now)
  if (!isFileOpenToOthers(files.key)) return certificate
  return { ...certificate, doubts: [`Others can read the key ${files.key}: chmod 600 it`] }
}

function read(path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SlackOAuthError('usage', `Cannot read the file ${path} of ${option}: ${code}`, {
      cause: error,
    })
  }
}
