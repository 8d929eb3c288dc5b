import { readFile } from 'node:fs/promises'
import { SlackOAuthError } from '../base/errors.ts'
import type { KeySource } from '../store/encryption/key-ring.ts'
import {
  type KeySetting,
  newStoreKey,
  parseStoreKeys,
  type StoreKey,
  storeKeyText,
} from '../store/encryption/store-key.ts'
import type { Store } from '../store/store.ts'
import { reserveFile, writeNamedFile } from './transfer/write-file.ts'

export interface EncryptRequest {
  /** What the user has set; the keychain of the system where that is nothing. */
  readonly key: KeySource
  /** A file that is not there yet, for a key that is made. */
  readonly newKeyFile?: string
  /** Another key in the place of the one that the store is sealed with. */
  readonly rotate: boolean
}

export interface Encrypted {
  readonly keyId: string
  /** The earlier key, which is kept where it was. */
  readonly previousKeyId: string | undefined
  /** How many secrets were not sealed with that key before. */
  readonly changed: number
  /** Where the key is, in words. */
  readonly where: string
  /** A key file that no setting names yet. */
  readonly newKeyFile: string | undefined
}

/**
 * Seals a store, or what another program has since stored in a sealed one. A new key is kept in its
 * place before the store knows of it, and an earlier one is not taken away: at no moment is there a
 * value without its key.
 *
 * @throws SlackOAuthError `usage`; `store_key_missing`, `store_key_wrong`; `output_failed`; `store_…`
 */
export async function encrypt(
  { encryption }: Pick<Store, 'encryption'>,
  request: EncryptRequest,
): Promise<Encrypted> {
  const current = await encryption.keyId()
  if (request.rotate && current === undefined) {
    throw new SlackOAuthError('usage', 'The store is not encrypted: there is no key to rotate', {
      hint: 'slack-oauth encrypt',
    })
  }
  if (!request.rotate && request.newKeyFile && current !== undefined) {
    throw new SlackOAuthError('usage', `The store is encrypted already, with the key ${current}`, {
      hint: 'slack-oauth encrypt --rotate --new-key FILE seals it with another',
    })
  }
  const { key, where } = await keyFor(current, request)
  const changed = await encryption.seal(key)
  return {
    keyId: key.id,
    previousKeyId: key.id === current ? undefined : current,
    changed,
    where,
    newKeyFile: request.newKeyFile,
  }
}

interface KeptKey {
  readonly key: StoreKey
  readonly where: string
}

async function keyFor(
  current: string | undefined,
  { key: source, newKeyFile, rotate }: EncryptRequest,
): Promise<KeptKey> {
  if (newKeyFile !== undefined) return { key: await keepInNewFile(newKeyFile), where: newKeyFile }
  const setting = await source()
  if (setting === undefined) return inKeychain(rotate ? undefined : current)
  const keys = parseStoreKeys(setting)
  const where = setting.from
  const index = keys.findIndex(({ id }) => id === current)
  if (!rotate) {
    const key = current === undefined ? keys.at(-1) : keys[index]
    if (key) return { key, where }
    throw new SlackOAuthError(
      'store_key_wrong',
      `The store is sealed with the key ${current}, and ${where} is another`,
      { hint: 'Set SLACK_OAUTH_KEY_FILE to the file with that key, or SLACK_OAUTH_KEY' },
    )
  }
  // The later is the newer: after a crash, one that was made is there and is not yet used
  const next = keys.slice(index + 1).at(-1)
  if (next) return { key: next, where }
  return { key: await keepBehind(setting), where }
}

async function inKeychain(keyId: string | undefined): Promise<KeptKey> {
  const { keepInKeychain, keychainKey } = await import('../store/encryption/keychain.ts')
  const where = 'the keychain'
  if (keyId === undefined) {
    const key = newStoreKey()
    await keepInKeychain(key)
    return { key, where }
  }
  const key = await keychainKey(keyId)
  if (key) return { key, where }
  throw new SlackOAuthError(
    'store_key_missing',
    `The store is sealed with the key ${keyId}, which is neither set nor in the keychain`,
    { hint: 'Set SLACK_OAUTH_KEY_FILE to the file with that key, or SLACK_OAUTH_KEY' },
  )
}

async function keepInNewFile(path: string): Promise<StoreKey> {
  const key = newStoreKey()
  const file = await reserveFile(path)
  await file.write(`${storeKeyText(key)}\n`)
  return key
}

/** A new key on a line of its own behind those that a file has; the file is replaced as a whole. */
async function keepBehind({ file, from }: KeySetting): Promise<StoreKey> {
  if (file === undefined) {
    throw new SlackOAuthError('usage', `${from} cannot be changed from here`, {
      hint: 'Set it to the key and a new one behind it, with a comma between; or use --new-key FILE',
    })
  }
  const key = newStoreKey()
  const text = await readFile(file, 'utf8')
  await writeNamedFile(file, `${text.trimEnd()}\n${storeKeyText(key)}\n`)
  return key
}
