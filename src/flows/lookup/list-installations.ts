import type { Installation } from '../../slack/installation.ts'
import type {
  DamagedInstallation,
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { findAt, placeOf } from './find-installation.ts'

export interface ListRequest {
  readonly filter: InstallationFilter
  /** Only installations with a token that ends before this, Unix time in seconds. */
  readonly expiringBefore?: number
  /** By place (which takes the least memory), the newest first, or the one that ends first. */
  readonly order?: 'place' | 'installed' | 'expires'
  readonly limit?: number
  /** Which of the pages of `limit` installations, from 1. */
  readonly page?: number
  /** As {@link InstallationStore.list} has it. */
  readonly onDamaged?: (damaged: DamagedInstallation) => void
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
    onDamaged,
  }: ListRequest,
): AsyncGenerator<Installation> {
  const skip = page === 1 ? 0 : (page - 1) * limit
  const all = installations.list(filter, onDamaged)
  const matching = expiringBefore === undefined ? all : expiring(all, expiringBefore)
  const ordered =
    order === 'place' ? matching : sorted(installations, matching, ranks[order], skip + limit)
  let index = 0
  for await (const each of ordered) {
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
  before: number,
): AsyncGenerator<Installation> {
  for await (const each of all) {
    if ((firstExpiry(each) ?? Number.POSITIVE_INFINITY) <= before) yield each
  }
}

interface Ranked {
  readonly key: Place & { readonly userId?: string }
  readonly rank: number
}

/**
 * Holds of each installation only where it is, and looks it up when its turn comes; of the first so many,
 * no more than twice as many are held at a time.
 */
async function* sorted(
  installations: InstallationStore,
  all: AsyncIterable<Installation>,
  rankOf: (installation: Installation) => number,
  count: number,
): AsyncGenerator<Installation> {
  const byRank = (a: Ranked, b: Ranked) => a.rank - b.rank
  let held: Ranked[] = []
  for await (const each of all) {
    held.push({ key: keyOf(each), rank: rankOf(each) })
    if (held.length >= 2 * count) held = held.sort(byRank).slice(0, count)
  }
  for (const { key } of held.sort(byRank).slice(0, count)) {
    const found = await findAt(installations, key)
    if (found) yield found
  }
}

function keyOf(installation: Installation): Ranked['key'] {
  const { id } = installation.user
  // A bot whose members are gone has none
  return { ...placeOf(installation), ...(id !== '' && { userId: id }) }
}

/** The smaller comes first. */
const ranks = {
  installed: ({ installedAt }: Installation) => -installedAt,
  expires: (installation: Installation) => firstExpiry(installation) ?? Number.MAX_VALUE,
}
