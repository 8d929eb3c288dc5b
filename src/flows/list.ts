import type { Installation } from '../slack/installation.js'
import type { InstallationFilter, InstallationStore } from '../store/installation-store.js'

export interface ListRequest {
  readonly filter: InstallationFilter
  /** Only installations with a token that ends before this, Unix time in seconds. */
  readonly expiringBefore?: number
  /** By place (which takes the least memory), the newest first, or the one that ends first. */
  readonly order?: 'place' | 'installed' | 'expires'
  readonly limit?: number
  /** Which of the pages of `limit` installations, from 1. */
  readonly page?: number
}

/** What is installed, in an order and a page of it. */
export async function* list(
  installations: InstallationStore,
  {
    filter,
    expiringBefore,
    order = 'place',
    limit = Number.POSITIVE_INFINITY,
    page = 1,
  }: ListRequest,
): AsyncGenerator<Installation> {
  const skip = page === 1 ? 0 : (page - 1) * limit
  const matching = expiring(installations.list(filter), expiringBefore)
  let index = 0
  for await (const each of sorted(matching, order, skip + limit)) {
    if (index >= skip + limit) return
    if (index++ >= skip) yield each
  }
}

/** When the first of its tokens ends; undefined where none does. */
export function firstExpiry({ bot, user }: Installation): number | undefined {
  const expiries = [bot?.expiresAt, user.grant?.expiresAt].filter((each) => each !== undefined)
  return expiries.length > 0 ? Math.min(...expiries) : undefined
}

async function* expiring(
  all: AsyncIterable<Installation>,
  before: number | undefined,
): AsyncGenerator<Installation> {
  for await (const each of all) {
    if (before === undefined || (firstExpiry(each) ?? Number.POSITIVE_INFINITY) <= before)
      yield each
  }
}

/** Of the first so many, no more than twice as many are held at a time. */
async function* sorted(
  all: AsyncIterable<Installation>,
  order: NonNullable<ListRequest['order']>,
  count: number,
): AsyncGenerator<Installation> {
  if (order === 'place') return yield* all
  const rank =
    order === 'installed'
      ? (each: Installation) => -each.installedAt
      : (each: Installation) => firstExpiry(each) ?? Number.MAX_VALUE
  const byRank = (a: Installation, b: Installation) => rank(a) - rank(b)
  let held: Installation[] = []
  for await (const each of all) {
    held.push(each)
    if (held.length >= 2 * count) held = held.sort(byRank).slice(0, count)
  }
  yield* held.sort(byRank)
}
