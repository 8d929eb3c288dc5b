import { SlackOAuthError } from '../../base/errors.ts'
import { protect } from '../../base/redact.ts'

/** What the secrets of a store are sealed with. */
export interface StoreKey {
  /** Eight hexadecimal digits that follow from the key and say nothing of it. */
  readonly id: string
  readonly bytes: Buffer
}

/** Keys as someone gave them: one, or while they are rotated several, the later the newer. */
export interface KeySetting {
  readonly text: string
  /** As a person knows it, such as the name of the variable. */
  readonly from: string
  /** The file that holds them, if it is one. */
  readonly file?: string
}

const KEY_BYTES = 32

export function newStoreKey(): StoreKey {
  return storeKey(process.getBuiltinModule('node:crypto').randomBytes(KEY_BYTES))
}

/** In base64, as {@link parseStoreKeys} takes it. */
export function storeKeyText({ bytes }: StoreKey): string {
  return bytes.toString('base64')
}

/**
 * Keys of 32 bytes in base64, separated by commas or white space.
 *
 * @throws SlackOAuthError `store_key_wrong`, the text not repeated
 */
export function parseStoreKeys({ text, from }: KeySetting): StoreKey[] {
  const keys = text.split(/[\s,]+/).filter((each) => each !== '')
  if (keys.length > 0 && keys.every(isKey)) {
    for (const key of keys) protect(key)
    return keys.map((each) => storeKey(Buffer.from(each, 'base64')))
  }
  throw new SlackOAuthError('store_key_wrong', `${from} is no key of 32 bytes in base64`, {
    hint: 'openssl rand -base64 32 makes one, and so does slack-oauth encrypt --new-key FILE',
  })
}

/** Buffer reads whatever it can: what is cut off or of another alphabet has to be found out before. */
function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
}

function storeKey(bytes: Buffer): StoreKey {
  const { createHmac } = process.getBuiltinModule('node:crypto')
  const id = createHmac('sha256', bytes).update('slack-oauth key id').digest('hex').slice(0, 8)
  return { id, bytes }
}
