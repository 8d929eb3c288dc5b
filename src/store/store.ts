import type { InstallationStore } from './installation-store.js'
import type { OAuthStateStore } from './state-store.js'

/** Both stores over one file or server. */
export interface Store {
  readonly installations: InstallationStore
  readonly states: OAuthStateStore
  close(): Promise<void>
}

export interface OpenStoreOptions {
  /** Finds only this app's installations; without it, those of every app in the store. */
  readonly clientId?: string
  /** `not_installed` is thrown for a file that does not exist, instead of making it. */
  readonly mustExist?: boolean
  /** Hears of what is not wrong enough to stop, such as a file that others can read. */
  readonly warn?: (message: string) => void
}
