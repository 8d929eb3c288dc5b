/** Remembers the latest keys, twice as many as given at most; the oldest half is forgotten at once. */
export function createRecent(capacity: number): {
  /** False where the key is there already. */
  add(key: string): boolean
  has(key: string): boolean
  delete(key: string): void
} {
  let current = new Set<string>()
  let previous = new Set<string>()
  return {
    add(key) {
      if (current.has(key) || previous.has(key)) return false
      if (current.size >= capacity) {
        previous = current
        current = new Set()
      }
      current.add(key)
      return true
    },
    has: (key) => current.has(key) || previous.has(key),
    delete(key) {
      current.delete(key)
      previous.delete(key)
    },
  }
}
