import type { GrantKey, InstallationStore } from './installation-store.js'
import type { OAuthStateStore } from './state-store.js'

/** Both stores over one file or server. */
export interface Store {
  readonly installations: InstallationStore
  readonly states: OAuthStateStore
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
  /** Hears of what is not wrong enough to stop, such as a file that others can read. */
  readonly warn?: (message: string) => void
}
