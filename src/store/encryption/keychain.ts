import type { AsyncEntry } from '@napi-rs/keyring'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { parseStoreKeys, type StoreKey, storeKeyText } from './store-key.ts'

/** One entry for each key, by its id. */
const SERVICE = 'slack-oauth'

/** A person may have to unlock it. */
const TIMEOUT_SECONDS = 60

/**
 * A key out of the keychain of the operating system; undefined where it is not in there.
 *
 * @throws SlackOAuthError `store_key_missing` where there is no keychain
 */
export async function keychainKey(id: string): Promise<StoreKey | undefined> {
  const text = await asked(id, (entry, signal) => entry.getPassword(signal))
  if (!text) return undefined
  return parseStoreKeys({ text, from: `The entry ${id} of the keychain` })[0]
}

/** Keeps a key there, and reads it back. @throws SlackOAuthError `store_key_missing` */
export async function keepInKeychain(key: StoreKey): Promise<void> {
  await asked(key.id, (entry, signal) => entry.setPassword(storeKeyText(key), signal))
  if ((await keychainKey(key.id))?.id !== key.id) throw noKeychain('it keeps nothing')
}

async function asked<T>(
  id: string,
  work: (entry: AsyncEntry, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000)
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(noKeychain('it does not answer')))
  })
  try {
    // Loaded here alone: it is optional, and of no use to most
    const keyring = await import('@napi-rs/keyring')
    // Never the kernel's keyring, which it would fall back to on Linux: that one forgets
    const options = { linux: { store: 'secret-service' as const } }
    const entry = new keyring.AsyncEntry(SERVICE, id, options)
    return await Promise.race([work(entry, signal), ended])
  } catch (error) {
    if (error instanceof SlackOAuthError) throw error
    const isAbsent = /NOT_FOUND/.test(errorCode(error) ?? '')
    throw noKeychain(isAbsent ? 'the package @napi-rs/keyring is not installed' : firstLine(error))
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function noKeychain(why: string): SlackOAuthError {
  return new SlackOAuthError('store_key_missing', `The keychain cannot be used: ${why}`, {
    hint: 'Keep the key in a file: slack-oauth encrypt --new-key FILE; then set SLACK_OAUTH_KEY_FILE',
  })
}
