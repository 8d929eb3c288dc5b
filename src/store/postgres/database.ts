import { setTimeout as sleep } from 'node:timers/promises'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Dialect, SqlDatabase } from '../sql/database.ts'
import { runStepsAsync, type Steps } from '../sql/steps.ts'
import type { Connections, Session } from './connections.ts'
import { numbered, postgresDialect } from './dialect.ts'
import { assertStore, canBeSealed, type Found, hasOwnTables, inspect, migrate } from './schema.ts'
import { isConflict, isGone, sqlState, storeError, unknownOutcome } from './store-error.ts'

/** For how long, and at least how often, a change is tried again that others get in the way of. */
const CONFLICT_SECONDS = 10
const CONFLICT_TRIES = 3

/**
 * What holds in a transaction whoever connects, set in it since a pooler hands one connection to many:
 * dates in one form, and an end to everything that is waited for.
 */
const SETTINGS = `
  set local timezone = 'UTC';
  set local datestyle = 'ISO';
  set local statement_timeout = '30s';
  set local lock_timeout = '10s';
  set local idle_in_transaction_session_timeout = '60s'`

// Of one moment: a token and what is said of it are in several tables. A standby can do that too
const READ = `begin isolation level repeatable read, read only; ${SETTINGS}`
// As if one after another, also among those that may only insert: two saves leave one row
export const WRITE = `begin isolation level serializable; ${SETTINGS}`
const MIGRATE = `begin isolation level read committed; ${SETTINGS}`

/** A server in the dialect of the Python SDK's `SQLAlchemyInstallationStore`. */
export interface PostgresDatabase extends SqlDatabase {
  /** Makes what is missing of the tables. */
  migrate(): Promise<void>
  /** Whether there are any; nothing is made. */
  isThere(): Promise<boolean>
}

export function postgresDatabase(connections: Connections): PostgresDatabase {
  let [ownTables, encryptable] = [false, false]
  let isMigrated = false
  const { name } = connections
  const dialect = postgresDialect({
    hasOwnTables: () => ownTables,
    canBeSealed: () => encryptable,
  })

  async function run<T>(begin: string, work: (session: Session) => Promise<T>): Promise<T> {
    const until = performance.now() + CONFLICT_SECONDS * 1000
    let isReconnected = false
    for (let tries = 1; ; tries++) {
      try {
        return await transaction(connections, begin, work)
      } catch (error) {
        const isOften = tries >= CONFLICT_TRIES && performance.now() > until
        const again = isConflict(error) ? !isOften : isGone(error) && !isReconnected
        if (!again) throw storeError(name, error)
        // A connection that lay idle may have died with the server, which is back
        if (isGone(error)) isReconnected = true
      }
      await sleep(Math.random() * Math.min(10 * 2 ** tries, 300))
    }
  }

  const steps =
    <T>(work: (dialect: Dialect) => Steps<T>) =>
    (session: Session) =>
      runStepsAsync(work(dialect), (statement) => {
        const { text, values } = numbered(statement)
        return session.query(text, values)
      })

  async function look(session: Session): Promise<Found> {
    const found = await inspect(session)
    assertStore(found, name)
    ownTables = hasOwnTables(found)
    encryptable = canBeSealed(found)
    return found
  }

  async function migrateOnce(): Promise<void> {
    if (isMigrated) return
    await run(MIGRATE, (session) => migrate(session, name))
    isMigrated = true
    ;[ownTables, encryptable] = [true, true]
  }

  return {
    dialect,
    migrate: migrateOnce,
    async isThere() {
      const { tables } = await run(READ, look)
      if (!tables.has('slack_installations')) return false
      // Nothing can be read without it; all else that is missing waits until something is written
      if (!tables.has('slack_bots')) await migrateOnce()
      return true
    },
    read: (work) =>
      run(READ, async (session) => {
        if (!encryptable) await look(session)
        return steps(work)(session)
      }),
    async write(work) {
      await migrateOnce()
      return run(WRITE, steps(work))
    },
  }
}

async function transaction<T>(
  connections: Connections,
  begin: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connections.take()
  let isBroken = true
  try {
    await session.query(begin)
    const answer = await work(session)
    await commit(session, connections.name)
    isBroken = false
    return answer
  } catch (error) {
    if (!isGone(error) && (sqlState(error) !== undefined || error instanceof SlackOAuthError)) {
      isBroken = await session.query('rollback').then(
        () => false,
        () => true,
      )
    }
    throw error
  } finally {
    session.release({ isBroken })
  }
}

/** The server may have committed where its answer did not arrive. */
async function commit(session: Session, name: string): Promise<void> {
  try {
    await session.query('commit')
  } catch (error) {
    const state = sqlState(error)
    // Class 57 is of the server going away, which can be right after; all else is a plain no
    if (state !== undefined && !/^(57|08|58|XX)/.test(state)) throw error
    throw unknownOutcome(name, error)
  }
}
