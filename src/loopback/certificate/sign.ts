import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { contentOf, der, elementsOf } from './der.ts'

/** A certificate in PEM and its private key. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** So that a clock that is a little behind takes it too. */
const CLOCK_SECONDS = 60 * 60

/**
 * A certificate (RFC 5280) for `localhost`, 127.0.0.1 and ::1 with a new key on P-256, signed by
 * itself or by an authority. It can sign no other.
 *
 * @throws Error for an authority whose key is neither RSA nor on a curve
 */
export function signCertificate(now: number, validSeconds: number, authority?: KeyPair): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = nameOf('localhost')
  const issuer = authority
    ? { key: createPrivateKey(authority.key), ...namesOf(new X509Certificate(authority.cert)) }
    : { key: privateKey, name, keyId: undefined }
  const algorithm = signatureAlgorithm(issuer.key)
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8() & 0x3f) | 0x40) // neither negative nor with a leading zero
  const body = der.sequence(
    der.context(0, true, der.integer(Buffer.from([2]))), // version 3
    der.integer(serial),
    algorithm,
    issuer.name,
    der.sequence(der.time(now - CLOCK_SECONDS), der.time(now + validSeconds)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.context(3, true, der.sequence(...extensions(issuer.keyId))),
  )
  const signature = der.bits(sign('sha256', body, issuer.key))
  return {
    cert: pem(der.sequence(body, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function extensions(authorityKeyId: Buffer | undefined): Buffer[] {
  const extension = (id: string, value: Buffer, isCritical = false) =>
    der.sequence(der.oid(id), ...(isCritical ? [der.true] : []), der.octets(value))
  const loopback4 = Buffer.from([127, 0, 0, 1])
  const loopback6 = Buffer.from([...Array(15).fill(0), 1])
  return [
    extension('2.5.29.19', der.sequence(), true), // basicConstraints: no authority
    extension('2.5.29.15', der.bits(Buffer.from([0x80]), 7), true), // keyUsage: digitalSignature
    extension('2.5.29.37', der.sequence(der.oid('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
    extension(
      '2.5.29.17', // subjectAltName
      der.sequence(
        der.context(2, false, Buffer.from('localhost')),
        der.context(7, false, loopback4),
        der.context(7, false, loopback6),
      ),
    ),
    ...(authorityKeyId
      ? [extension('2.5.29.35', der.sequence(der.context(0, false, authorityKeyId)))]
      : []),
  ]
}

function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(commonName))))
}

/**
 * The name of an authority byte by byte, since NSS looks it up so, and its key's id where it has one
 * (RFC 5280 sections 4.1 and 4.2.1.2).
 */
function namesOf({ raw }: X509Certificate): { name: Buffer; keyId: Buffer | undefined } {
  const [body = raw] = elementsOf(raw)
  const parts = elementsOf(body)
  // version, serial number, algorithm, issuer, validity, subject
  const name = parts[5]
  if (!name) throw new Error('It is no certificate of version 3')
  const listed = parts.find((part) => part[0] === 0xa3)
  const [list] = listed ? elementsOf(listed) : []
  const id = der.oid('2.5.29.14')
  const found = (list ? elementsOf(list) : []).find((each) => elementsOf(each)[0]?.equals(id))
  const value = found && elementsOf(found).at(-1)
  return { name, keyId: value && contentOf(contentOf(value)) }
}

function signatureAlgorithm({ asymmetricKeyType }: KeyObject): Buffer {
  if (asymmetricKeyType === 'ec') return der.sequence(der.oid('1.2.840.10045.4.3.2'))
  if (asymmetricKeyType === 'rsa') return der.sequence(der.oid('1.2.840.113549.1.1.11'), der.null)
  throw new Error(`Its key is ${asymmetricKeyType}`)
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
