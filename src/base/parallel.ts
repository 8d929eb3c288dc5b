/**
 * Works on so many items at a time, and gives each result as it comes, in no order. Work must not
 * throw for what is one item's own trouble: what it throws ends all, once what has begun is done.
 */
export async function* inParallel<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running = new Map<number, Promise<[id: number, result: R]>>()
  let started = 0
  try {
    for await (const item of items) {
      const id = started++
      running.set(
        id,
        work(item).then((result) => [id, result]),
      )
      if (running.size >= limit) yield await next(running)
    }
    while (running.size > 0) yield await next(running)
  } finally {
    // Nothing goes on behind the back of a caller that stops early
    await Promise.allSettled(running.values())
  }
}

async function next<R>(running: Map<number, Promise<[id: number, result: R]>>): Promise<R> {
  const [id, result] = await Promise.race(running.values())
  running.delete(id)
  return result
}
