import { type OAuthStateStore, STATE_LIFETIME_SECONDS } from '../state-store.js'
import type { StoreFile } from './database.js'
import { migrate } from './migrations.js'

/** The table of the Python SDK's `SQLite3OAuthStateStore`: either side consumes what the other issued. */
export function sqliteStateStore(file: StoreFile, now: () => number): OAuthStateStore {
  return {
    async issue({ lifetimeSeconds = STATE_LIFETIME_SECONDS } = {}) {
      // Loaded here alone: `token` opens the store as well, and is run in shell prompts
      const { randomBytes } = await import('node:crypto')
      const state = randomBytes(32).toString('base64url')
      return file.use((db) => {
        migrate(db, file.path)
        db.prepare('delete from oauth_states where expire_at <= ?').run(now())
        db.prepare('insert into oauth_states (state, expire_at) values (?, ?)').run(
          state,
          now() + lifetimeSeconds,
        )
        return state
      })
    },

    consume(state) {
      // Checking and removing are one statement, so of two racing callbacks only one can win. It has
      // to run to its end, as get() would not: only there is it heard that a reader of a file
      // without WAL kept it from being committed
      return file.use((db) => {
        migrate(db, file.path)
        const [expiresAt] = db
          .prepare('delete from oauth_states where state = ? returning expire_at')
          .pluck()
          .all(state)
        return typeof expiresAt === 'number' && expiresAt > now()
      })
    },
  }
}
