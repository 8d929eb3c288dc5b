import { type OAuthStateStore, STATE_LIFETIME_SECONDS } from '../state-store.ts'
import type { SqlDatabase } from './database.ts'
import { rows } from './steps.ts'
import { time } from './time.ts'

/** The table of the Python SDK's own state stores: either side consumes what the other issued. */
export function sqlStateStore(db: SqlDatabase, now: () => number): OAuthStateStore {
  const { dialect } = db
  const table = dialect.statesTable
  return {
    async issue({ lifetimeSeconds = STATE_LIFETIME_SECONDS } = {}) {
      // Loaded here alone: `token` opens the store as well, and is run in shell prompts
      const { randomBytes } = await import('node:crypto')
      const state = randomBytes(32).toString('base64url')
      await db.write(function* () {
        yield* rows(`delete from ${table} where expire_at <= @now`, {
          now: dialect.deadline(now()),
        })
        yield* rows(`insert into ${table} (state, expire_at) values (@state, @expireAt)`, {
          state,
          expireAt: dialect.deadline(now() + lifetimeSeconds),
        })
      })
      return state
    },

    consume: (state) =>
      db.write(function* () {
        // Checking and removing are one statement, so of two racing callbacks only one can win
        const [removed] = yield* rows(
          `delete from ${table} where state = @state returning expire_at`,
          { state },
        )
        return removed !== undefined && (time(removed.expire_at) ?? 0) > now()
      }),
  }
}
