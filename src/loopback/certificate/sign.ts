/** A certificate in PEM and its private key. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** So that a clock that is a little behind takes it too. */
const CLOCK_SECONDS = 60 * 60

/**
 * A certificate for `localhost`, 127.0.0.1 and ::1 with a new key, signed by itself or by an authority
 * (whose key is RSA, as mkcert makes it).
 */
export async function signCertificate(
  now: number,
  validSeconds: number,
  authority?: KeyPair,
): Promise<KeyPair> {
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    // An authority signs with its own kind of key, and the library knows one kind at a time
    ...(authority ? { keyType: 'rsa', keySize: 2048, ca: authority } : { keyType: 'ec' }),
    algorithm: 'sha256',
    notBeforeDate: new Date((now - CLOCK_SECONDS) * 1000),
    notAfterDate: new Date((now + validSeconds) * 1000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
