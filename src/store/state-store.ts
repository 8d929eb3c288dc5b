/**
 * The `state` values of authorizations under way (RFC 6749 section 10.12). They are secrets: whoever
 * knows a live one can have this program take another person's code.
 *
 * @example
 * import { openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db')
 * const state = await store.states.issue({ lifetimeSeconds: 300 })
 * console.log(await store.states.consume(state)) // true
 * console.log(await store.states.consume(state)) // false
 * await store.close()
 */
export interface OAuthStateStore {
  /** A fresh value of 32 random bytes, good once and for so many seconds (default 600). */
  issue(options?: { lifetimeSeconds?: number }): Promise<string>

  /** True the first time a live value comes back, false ever after, also between processes. */
  consume(state: string): Promise<boolean>
}

/** A code lives ten minutes at Slack, so no callback can make use of an older state. */
export const STATE_LIFETIME_SECONDS = 600
