/**
 * When to kill a process that makes one change, round after round. After a kill that came before the change the next
 * one is later, and after one that came too late it is earlier. So the kills close in on the change, and come on both
 * sides of it, however busy the machine is.
 */
export interface KillInstants {
  /** How many kills came before the change, and how many after it. */
  readonly ends: { readonly before: number; readonly after: number }
  /** Milliseconds after the start of the process. */
  next(): number
  record(end: 'before' | 'after'): void
}

/** @param whole how many milliseconds the process takes when nothing kills it */
export function killInstants(whole: number): KillInstants {
  const ends = { before: 0, after: 0 }
  let [at, step] = [whole / 2, whole / 4]
  return {
    ends,
    next: () => at * (0.9 + Math.random() * 0.2),
    record(end) {
      ends[end] += 1
      at = Math.max(at + (end === 'before' ? step : -step), 0)
      step = Math.max(step * 0.8, whole / 40)
    },
  }
}
