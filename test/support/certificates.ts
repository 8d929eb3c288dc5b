import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signCertificate } from '../../src/loopback/certificate/sign.ts'

export const DAY_SECONDS = 24 * 60 * 60

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** A certificate for localhost in two files, as a user would name them. */
export function certificateFiles(
  folder: string,
  name = 'localhost',
  { from = Date.now() / 1000, validSeconds = DAY_SECONDS } = {},
): CertificateFiles {
  const pem = signCertificate(from, validSeconds)
  const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) }
  writeFileSync(files.cert, pem.cert)
  writeFileSync(files.key, pem.key, { mode: 0o600 })
  return files
}

/** An authority as `mkcert -install` makes it: the same subject and extensions, by OpenSSL. */
export function mkcertAuthority(folder: string, kind = 'rsa:2048'): CertificateFiles {
  const files = { cert: join(folder, 'rootCA.pem'), key: join(folder, 'rootCA-key.pem') }
  const subject =
    '/O=mkcert development CA/OU=you@machine (You \u00c9)/CN=mkcert you@machine (You \u00c9)'
  const extensions = [
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    'keyUsage=critical,keyCertSign',
  ].flatMap((extension) => ['-addext', extension])
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', ...kind.split(' '), '-nodes', '-sha256', '-days', '3650', '-utf8']
      .concat(['-subj', subject, '-keyout', files.key, '-out', files.cert])
      .concat(extensions),
    { stdio: 'ignore' },
  )
  return files
}
