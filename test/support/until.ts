import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MILLISECONDS = 5

type Falsy = undefined | null | false | 0 | ''

/**
 * Waits until something holds, and gives what it found. A test whose condition never comes true fails with that
 * condition, rather than to hang until its file is given up.
 */
export async function until<T>(
  find: () => T | Promise<T>,
  limitSeconds = 30,
): Promise<Exclude<T, Falsy>> {
  const end = performance.now() + limitSeconds * 1000
  for (;;) {
    const found = await find()
    if (isFound(found)) return found
    if (performance.now() > end) {
      throw new Error(`not within ${limitSeconds} seconds: ${find.toString()}`)
    }
    await sleep(PAUSE_MILLISECONDS)
  }
}

function isFound<T>(found: T): found is Exclude<T, Falsy> {
  return Boolean(found)
}

/** How long a count that has begun to rise stayed the same at most, while something was under way. */
export async function longestPause(
  count: () => number,
  underWay: Promise<unknown>,
): Promise<{ readonly seconds: number; readonly count: number }> {
  const before = count()
  let isOver = false
  const over = underWay.finally(() => {
    isOver = true
  })
  await until(() => count() !== before)
  let last = { count: count(), at: performance.now() }
  let longest = { seconds: 0, count: last.count }
  while (!isOver) {
    await sleep(PAUSE_MILLISECONDS)
    const seconds = (performance.now() - last.at) / 1000
    if (seconds > longest.seconds) longest = { seconds, count: last.count }
    if (count() !== last.count) last = { count: count(), at: performance.now() }
  }
  await over
  return longest
}
