import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MILLISECONDS = 5

/**
 * Waits until something holds, and gives what it found. A test whose condition never comes true fails with that
 * condition, rather than to hang until its file is given up.
 */
export async function until<T>(find: () => T | Promise<T>, limitSeconds = 30): Promise<T> {
  const end = performance.now() + limitSeconds * 1000
  for (;;) {
    const found = await find()
    if (found) return found
    if (performance.now() > end) {
      throw new Error(`not within ${limitSeconds} seconds: ${find.toString()}`)
    }
    await sleep(PAUSE_MILLISECONDS)
  }
}
