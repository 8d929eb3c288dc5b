/** How many of all faults are tried: a part of them in CI, every one by `npm run faults`. */
const SHARE = Number(process.env.FAULTS_SHARE ?? 0)

/** So many of a list, spread over it, its first and last among them; all of it in the long run. */
export function sample<T>(all: readonly T[], count: number): T[] {
  const wanted = Math.min(all.length, Math.max(count, Math.ceil(all.length * SHARE)))
  const step = (all.length - 1) / Math.max(wanted - 1, 1)
  return all.filter((_, index) =>
    Array.from({ length: wanted }, (_, each) => Math.round(each * step)).includes(index),
  )
}

/** Runs work for each of a list, a few at a time. */
export async function forEach<T>(
  all: readonly T[],
  work: (each: T) => Promise<void>,
): Promise<void> {
  const rest = [...all]
  const worker = async () => {
    for (let each = rest.shift(); each !== undefined; each = rest.shift()) await work(each)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}
