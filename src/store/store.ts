import type { KeySource } from './encryption/key-ring.ts'
import type { StoreKey } from './encryption/store-key.ts'
import type { GrantKey, InstallationStore } from './installation-store.ts'
import type { OAuthStateStore } from './state-store.ts'

/** Both stores over one file or server. */
export interface Store {
  readonly installations: InstallationStore
  readonly states: OAuthStateStore
  readonly encryption: StoreEncryption
  /**
   * Takes the lock of one token, or undefined while anyone else has it: another caller here, another
   * process, or with a server another machine. It dies with its process, and is no transaction on the
   * data.
   *
   * @throws SlackOAuthError `store_…` where no lock can be taken at all
   */
  tryLock(key: GrantKey): Promise<Lock | undefined>
  /**
   * Another text after every change of anything in the store, by whichever process: what was read
   * under one text is still so while it is the same. Absent where the store cannot tell cheaply.
   */
  revision?(): Promise<string>
  close(): Promise<void>
}

/** The sealing of tokens, refresh tokens and webhook URLs, which is for the whole store or not at all. */
export interface StoreEncryption {
  /** Of the key that the store is sealed with; undefined for one in the clear. */
  keyId(): Promise<string | undefined>
  /** How many secrets are in the clear, in a sealed store those that another program has written. */
  clearSecrets(): Promise<number>
  /**
   * Seals what is not sealed with this key, all of it or nothing, and from then on what is stored;
   * answers how many secrets that were. Nothing of what was there before is left in a file.
   *
   * @throws SlackOAuthError `store_key_missing`, `store_key_wrong` for what another key has sealed
   */
  seal(key: StoreKey): Promise<number>
  /** Opens all that is sealed, all of it or nothing. @throws as {@link seal} */
  unseal(): Promise<number>
}

/** To be released on every way out. */
export interface Lock {
  /** Whether a server has ended it already, so that anyone else may have it by now. */
  isLost(): boolean
  release(): Promise<void>
}

export interface OpenStoreOptions {
  /** Finds only this app's installations; without it, those of every app in the store. */
  readonly clientId?: string
  /** `not_installed` is thrown where there is no file, or no table, instead of making it. */
  readonly mustExist?: boolean
  /**
   * The key of a sealed store, 32 bytes in base64, or what gives it, asked when it is needed. Unless given,
   * `SLACK_OAUTH_KEY` or `SLACK_OAUTH_KEY_FILE` of the environment, else the keychain of the system.
   */
  readonly key?: string | KeySource
  /** Hears of what is not wrong enough to stop, such as a file that others can read. */
  readonly warn?: (message: string) => void
  /** How long to wait for another program that has a file locked: 5 seconds, unless given. */
  readonly busyTimeoutSeconds?: number
  /** Ends such a wait while a file is being opened; its reason is thrown. */
  readonly signal?: AbortSignal
}
