import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { SlackOAuthError } from '../../base/errors.ts'

/** What `https://localhost` is served with. */
export interface Certificate {
  /** In PEM, with the chain where there is one. */
  readonly cert: string
  readonly key: string
  /** `own`: self-signed by us, which no browser trusts unless told to. */
  readonly origin: 'file' | 'mkcert' | 'own'
  /** SHA-256, as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string
  /** What may be amiss, though it can be used. */
  readonly doubts: readonly string[]
  /** Where it is kept, if anywhere. */
  readonly path?: string
}

/**
 * Certificate and key, found to belong together and to be of use now.
 *
 * @param origin.name what to call them in an error
 * @throws SlackOAuthError `invalid_certificate`
 */
export function checkedCertificate(
  pem: { cert: string; key: string },
  origin: Pick<Certificate, 'origin' | 'path'> & { names: { cert: string; key: string } },
  now: number,
): Certificate {
  const { names, ...rest } = origin
  const x509 = attempt(() => new X509Certificate(pem.cert), `${names.cert} is no certificate`, {
    hint: 'It has to be in PEM: BEGIN CERTIFICATE, and the chain below it',
  })
  const key = attempt(() => createPrivateKey(pem.key), `${names.key} is no private key`, {
    hint: /ENCRYPTED/.test(pem.key)
      ? 'It is encrypted: write it without a passphrase, by openssl pkey, into a file of mode 0600'
      : 'It has to be in PEM: BEGIN PRIVATE KEY',
  })
  if (!x509.checkPrivateKey(key)) {
    throw invalid(`The key ${names.key} is not the one of the certificate ${names.cert}`, {
      hint: 'Name the two files that were made together',
    })
  }
  const [from, until] = [x509.validFrom, x509.validTo].map((date) => Date.parse(date) / 1000)
  if (until !== undefined && until <= now) {
    throw invalid(`The certificate ${names.cert} has expired: ${x509.validTo}`, {
      hint: 'Renew it, or leave out --cert and --key for one that is made for localhost',
    })
  }
  if (from !== undefined && from > now) {
    throw invalid(`The certificate ${names.cert} is not valid before ${x509.validFrom}`, {
      hint: 'Is the clock of this machine right?',
    })
  }
  // What OpenSSL itself refuses, a key that is too short say
  attempt(() => createSecureContext(pem), `${names.cert} cannot be used for TLS`, {
    hint: 'Leave out --cert and --key for one that is made for localhost',
  })
  return { ...pem, ...rest, fingerprint: x509.fingerprint256, doubts: [] }
}

/** Whether browsers will take it for this host, a loopback one. */
export function isFor({ cert }: Pick<Certificate, 'cert'>, { hostname }: URL): boolean {
  const x509 = new X509Certificate(cert)
  const address = hostname.replace(/^\[|\]$/g, '')
  const found = address === 'localhost' ? x509.checkHost(address) : x509.checkIP(address)
  return found !== undefined
}

function attempt<T>(work: () => T, message: string, { hint }: { hint: string }): T {
  try {
    return work()
  } catch (cause) {
    throw invalid(message, { hint, cause })
  }
}

function invalid(message: string, options: { hint: string; cause?: unknown }): SlackOAuthError {
  return new SlackOAuthError('invalid_certificate', message, options)
}
