import { SlackOAuthError } from '../../base/errors.ts'
import { type KeySetting, parseStoreKeys, type StoreKey } from './store-key.ts'

/** What a user has set, looked at when a key is needed; undefined to ask the keychain. */
export type KeySource = () => KeySetting | undefined | Promise<KeySetting | undefined>

/** The keys that have been needed so far. */
export interface Keys {
  /**
   * @throws KeyWanted where it is not known by now: a transaction does not wait for a keychain, and is
   *   run again once the key was loaded
   */
  get(id: string): StoreKey
  /** @throws SlackOAuthError `store_key_missing`, `store_key_wrong` */
  load(id: string): Promise<StoreKey>
}

export class KeyWanted extends SlackOAuthError {
  readonly keyId: string

  constructor(keyId: string) {
    super('store_key_missing', `The key ${keyId} is not here`)
    this.keyId = keyId
  }
}

export function keysFrom(source: KeySource): Keys {
  const known = new Map<string, StoreKey>()
  const keep = (key: StoreKey) => known.set(key.id, key)
  return {
    get(id) {
      const key = known.get(id)
      if (key) return key
      throw new KeyWanted(id)
    },
    async load(id) {
      const setting = await source()
      if (setting) parseStoreKeys(setting).forEach(keep)
      else await fromKeychain(id).then(keep)
      const key = known.get(id)
      if (key) return key
      throw new SlackOAuthError(
        'store_key_wrong',
        `The store is sealed with the key ${id}, and ${setting?.from} is another`,
        { hint: HINT },
      )
    },
  }
}

const HINT = 'Set SLACK_OAUTH_KEY_FILE to the file with that key, or SLACK_OAUTH_KEY'

async function fromKeychain(id: string): Promise<StoreKey> {
  const { keychainKey } = await import('./keychain.ts')
  let why = 'it is not in the keychain either'
  try {
    const key = await keychainKey(id)
    if (key) return key
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    why = error.message.replace(/^T/, 't')
  }
  throw new SlackOAuthError(
    'store_key_missing',
    `The store is sealed with the key ${id}, which is not set, and ${why}`,
    { hint: HINT },
  )
}
