import { SlackOAuthError } from '../../base/errors.ts'
import type { StoreKey } from './store-key.ts'

/** Which secret a value is: it opens as this one alone, in whichever row and column it is found. */
export interface SecretName {
  readonly clientId: string
  /** '' where there is none, as for `teamId`. */
  readonly enterpriseId: string
  readonly teamId: string
  /** '' for the bot's, which are the place's: every member's row has a copy. */
  readonly userId: string
  readonly column: string
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const FORMAT = /^soe(\d+)\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/

/** No token of Slack's and no URL begins so. */
export function isSealed(value: string): boolean {
  return /^soe\d+\./.test(value)
}

/**
 * The id of the key that a sealed value needs.
 *
 * @throws SlackOAuthError `store_newer`, `store_corrupt`
 */
export function keyIdOf(value: string): string {
  return parse(value).keyId
}

/**
 * `soe1.KEYID.DATA`: AES-256-GCM with a nonce of its own, the name as associated data; DATA is nonce,
 * ciphertext and tag in base64url.
 */
export function sealValue({ id, bytes }: StoreKey, secret: string, name: SecretName): string {
  const { createCipheriv, randomBytes } = process.getBuiltinModule('node:crypto')
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce)
  cipher.setAAD(associatedData(id, name))
  const sealed = Buffer.concat([
    nonce,
    cipher.update(secret, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  return `soe1.${id}.${sealed.toString('base64url')}`
}

/** @throws SlackOAuthError `store_corrupt` for what was not sealed as that, by that key */
export function openValue({ id, bytes }: StoreKey, value: string, name: SecretName): string {
  const { data } = parse(value)
  const { createDecipheriv } = process.getBuiltinModule('node:crypto')
  try {
    const nonce = data.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', bytes, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(associatedData(id, name))
    decipher.setAuthTag(data.subarray(-TAG_BYTES))
    const opened = decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([opened, decipher.final()]).toString('utf8')
  } catch (cause) {
    const where = [name.enterpriseId, name.teamId, name.userId].filter((id) => id !== '').join(' ')
    throw corrupt(`What is in ${name.column} of ${where} was not sealed for it`, cause)
  }
}

function parse(value: string): { keyId: string; data: Buffer } {
  const [, version, keyId, text] = FORMAT.exec(value) ?? []
  if (version !== undefined && version !== '1') {
    throw new SlackOAuthError('store_newer', 'The store was sealed by a newer slack-oauth', {
      hint: 'npm install --global slack-oauth@latest',
    })
  }
  if (keyId === undefined || text === undefined) throw corrupt('A sealed value was cut off')
  return { keyId, data: Buffer.from(text, 'base64url') }
}

function corrupt(what: string, cause?: unknown): SlackOAuthError {
  return new SlackOAuthError('store_corrupt', what, {
    hint: 'It was moved or changed: restore a backup, or install the app again',
    cause,
  })
}

function associatedData(keyId: string, name: SecretName): Buffer {
  const { clientId, enterpriseId, teamId, userId, column } = name
  return Buffer.from(
    JSON.stringify(['soe1', keyId, clientId, enterpriseId, teamId, userId, column]),
  )
}
