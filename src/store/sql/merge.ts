import type { Installation, TokenGrant } from '../../slack/installation.ts'
import type { MergeResult } from '../installation-store.ts'
import type { Dialect } from './database.ts'
import { currentBot, findInstallation, withBot } from './lookup.ts'
import { newestAt } from './place.ts'
import { placed, placeOf, replaceBot, replaceMember, withStored } from './save.ts'
import type { Steps } from './steps.ts'

/**
 * Takes in copies that were made elsewhere, at another time: each keeps its `installedAt`, and never
 * takes the place of what is newer.
 */
export function* merge(
  dialect: Dialect,
  installations: Iterable<Installation>,
): Steps<MergeResult> {
  let [added, updated, kept] = [0, 0, 0]
  for (const each of installations) {
    const given = placed(each)
    const place = placeOf(given)
    // A bot whose members are gone brings no row of a member
    const isLoneBot = given.user.id === ''
    const stored = isLoneBot ? undefined : yield* findInstallation(dialect, place, given.user.id)
    const storedBot = stored?.bot ?? (yield* currentBot(dialect, place))
    const botAt =
      (yield* newestAt(dialect, 'slack_bots', place)) ||
      (yield* newestAt(dialect, 'slack_installations', place))
    const isNewer =
      stored === undefined ||
      newer(given.installedAt, given.user.grant, stored.installedAt, stored.user.grant)
    const bot =
      given.bot && (!storedBot || newer(given.installedAt, given.bot, botAt, storedBot))
        ? given.bot
        : undefined
    if (isNewer && !isLoneBot) {
      yield* replaceMember(dialect, place, withBot(withStored(given, stored), bot ?? storedBot))
    }
    if (bot) yield* replaceBot(dialect, place, { ...given, bot })
    if (isLoneBot && storedBot) bot ? updated++ : kept++
    else if (stored === undefined) added++
    else if (isNewer || bot) updated++
    else kept++
  }
  return { added, updated, kept }
}

/** By when it was installed, and of the same installation, by when it was renewed. */
function newer(
  givenAt: number,
  given: TokenGrant | undefined,
  storedAt: number,
  stored: TokenGrant | undefined,
): boolean {
  // Stores keep moments to the millisecond, and some to the second
  const difference = Math.round((givenAt - storedAt) * 1000)
  if (difference !== 0) return difference > 0
  return (given?.expiresAt ?? 0) > (stored?.expiresAt ?? 0)
}
