import { pause } from '../../base/abort.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import type { GrantKey } from '../../store/installation-store.ts'
import type { Lock, Store } from '../../store/store.ts'
import { busy } from './renewal-errors.ts'

export interface LockNeeds {
  readonly store: Pick<Store, 'tryLock'>
  readonly slack: { readonly signal: AbortSignal }
  /** Hears once, when another process has the lock for longer than a moment. */
  waiting?(): void
  readonly lockTimeoutSeconds: number
}

const NOTICE_AFTER_SECONDS = 1

/**
 * Runs work that only one process at a time may do for a token. While another has the lock, `settled`
 * is asked after each try: what it gives is the answer, and the lock is waited for no longer.
 *
 * @throws SlackOAuthError `store_locked` when the other one takes too long; `store_…`
 */
export async function whileLocked<T>(
  needs: LockNeeds,
  key: GrantKey,
  work: (lock: Lock) => Promise<T>,
  settled: (waitedSeconds: number) => Promise<T | undefined> = async () => undefined,
): Promise<T> {
  const taken = await take(needs, key, settled)
  if ('answer' in taken) return taken.answer
  try {
    return await work(taken.lock)
  } finally {
    await taken.lock.release()
  }
}

/**
 * Runs work under the locks of several tokens, which are taken in the order given: the bot's first, as
 * everywhere, or two would wait for each other. The work is never given up: where a lock cannot be had
 * in time, or the signal ends the wait, it is done without.
 */
export async function whileLockedIfPossible<T>(
  needs: LockNeeds,
  keys: readonly GrantKey[],
  work: () => Promise<T>,
): Promise<T> {
  const locks: Lock[] = []
  try {
    for (const key of keys) {
      const taken = await take<never>(needs, key, async () => undefined)
      if ('lock' in taken) locks.push(taken.lock)
    }
  } catch (error) {
    if (!(error instanceof SlackOAuthError) && !needs.slack.signal.aborted) throw error
  }
  try {
    return await work()
  } finally {
    for (const lock of locks.reverse()) await lock.release()
  }
}

async function take<T>(
  { store, slack: { signal }, waiting, lockTimeoutSeconds }: LockNeeds,
  key: GrantKey,
  settled: (waitedSeconds: number) => Promise<T | undefined>,
): Promise<{ lock: Lock } | { answer: T }> {
  const startedAt = performance.now()
  let isNoticed = false
  for (;;) {
    const lock = await store.tryLock(key)
    if (lock) return { lock }
    const waited = (performance.now() - startedAt) / 1000
    const answer = await settled(waited)
    if (answer !== undefined) return { answer }
    if (waited > lockTimeoutSeconds) throw busy(key, waited)
    if (waited > NOTICE_AFTER_SECONDS && !isNoticed) {
      isNoticed = true
      waiting?.()
    }
    // Many who wait for long leave the processor to the one that works
    await pause(0.02 + Math.random() * Math.min(0.06 + 0.2 * waited, 0.5), signal)
  }
}
