import { SlackOAuthError } from '../../base/errors.ts'
import { lockName } from '../lock-name.ts'
import type { Store } from '../store.ts'
import type { Connections, Session } from './connections.ts'
import { storeError } from './store-error.ts'

/**
 * The lock of one token is an advisory lock of a session: the server frees it when the connection ends,
 * and the connection ends with its process, so there is no lease that could run out.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 *
 * All locks of a store are in one session, taken while there are any. A session may take its own lock
 * twice, so those held are known here as well.
 */
export function advisoryLocks(connections: Connections): Pick<Store, 'tryLock' | 'close'> {
  const held = new Set<string>()
  let session: Session | undefined
  let isChecked = false
  let last: Promise<unknown> = Promise.resolve()

  /** One statement at a time in the session. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  function drop(): void {
    session?.release({ isBroken: true })
    session = undefined
    held.clear()
  }

  async function openSession(): Promise<Session> {
    if (session?.lost.aborted) drop()
    if (session) return session
    session = await connections.take()
    if (isChecked) return session
    const [said] = await session.query('select version() as version')
    isChecked = !String(said?.version).includes('CockroachDB')
    if (isChecked) return session
    throw new SlackOAuthError(
      'store_unsupported',
      `The store ${connections.name} is CockroachDB, which has no locks of a session`,
      { hint: 'What does not renew tokens works; for tokens that rotate, use PostgreSQL' },
    )
  }

  async function query(sql: string, id: string): Promise<boolean> {
    try {
      const [row] = await (await openSession()).query(`select ${sql}($1) as done`, [id])
      return row?.done === true
    } catch (error) {
      drop()
      throw storeError(connections.name, error)
    }
  }

  function closeUnused(): void {
    if (held.size > 0) return
    session?.release()
    session = undefined
  }

  return {
    close: () => inTurn(async () => drop()),
    tryLock: (key) =>
      inTurn(async () => {
        const id = BigInt.asIntN(64, BigInt(`0x${lockName(key)}`)).toString()
        if (held.has(id) && !session?.lost.aborted) return undefined
        if (!(await query('pg_try_advisory_lock', id))) {
          closeUnused()
          return undefined
        }
        held.add(id)
        const own = session
        return {
          isLost: () => own === undefined || own.lost.aborted,
          release: () =>
            inTurn(async () => {
              // With its session it was freed
              if (own !== session || own?.lost.aborted || !held.delete(id)) return
              await query('pg_advisory_unlock', id).catch(() => {})
              closeUnused()
            }),
        }
      }),
  }
}
