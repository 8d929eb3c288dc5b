import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

export interface SigningKey {
  readonly privateKey: KeyObject
  readonly kid: string
  /** As it stands in the JWKS (RFC 7517). */
  readonly jwk: Readonly<Record<string, unknown>>
}

export interface Keys {
  /** The one key of the JWKS. */
  published(): Promise<SigningKey>
  /** A key that is in no JWKS, to sign what must not verify. */
  foreign(): Promise<SigningKey>
}

/** Generated at the first need: most runs of the sandbox never sign anything. */
export function createKeys(): Keys {
  let published: Promise<SigningKey> | undefined
  let foreign: Promise<SigningKey> | undefined
  return {
    published() {
      published ??= generate()
      return published
    },
    foreign() {
      foreign ??= generate()
      return foreign
    },
  }
}

async function generate(): Promise<SigningKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const { kty, n, e } = publicKey.export({ format: 'jwk' })
  const kid = thumbprint({ e, kty, n })
  return { privateKey, kid, jwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' } }
}

/** RFC 7638 section 3: the members in alphabetical order and no blanks. 43 characters, as Slack's. */
function thumbprint(members: { e: unknown; kty: unknown; n: unknown }): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
