import { type ErrorCode, exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { inParallel } from '../../base/parallel.ts'
import { createPace } from '../../slack/client/rate-limit.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import { authTest } from '../../slack/methods/auth-test.ts'
import type {
  GrantKey,
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import type { Store } from '../../store/store.ts'
import { exactly, exactQuery, findAt } from '../lookup/find-installation.ts'
import { findGrant } from '../lookup/find-token.ts'
import { grantsOfPlace } from '../lookup/stored-tokens.ts'
import { forgetGrant } from './revoke.ts'
import { type LockNeeds, whileLocked } from './token-lock.ts'

/** What Slack says has ended, by an event of its own. */
export type Ending = (
  | { readonly kind: 'app_uninstalled' }
  /** By the ids of members and of the bot's user: Slack sends no tokens. */
  | {
      readonly kind: 'tokens_revoked'
      readonly userIds: readonly string[]
      readonly botUserIds: readonly string[]
    }
  /** Of an org-wide app: it stays in the organization. */
  | { readonly kind: 'team_access_revoked'; readonly teamIds: readonly string[] }
) & {
  /** Which app, by its id: `A…`. */
  readonly appId?: string
  readonly enterpriseId?: string
  readonly teamId?: string
  readonly isEnterpriseInstall?: boolean
  /** Unix time in whole seconds. */
  readonly at: number
}

export interface ForgetNeeds extends Omit<LockNeeds, 'store' | 'slack'> {
  readonly store: Pick<Store, 'installations' | 'tryLock'>
  /** Asked whether a token is dead before it is forgotten. */
  readonly slack: SlackOptions
}

/** Slack limits auth.test by workspace: more at once only meet the limit sooner. */
const AT_ONCE = 4

/**
 * Forgets exactly what an event names; told twice, or in another order, it changes nothing more. Slack delivers
 * an event again for up to a day, and the app may have been installed anew since, in whole or in part: so
 * Slack is asked (auth.test) whether each token still works before it is forgotten. Where its answer
 * does not tell, what was installed after the event stays.
 *
 * @returns how many tokens were forgotten, or installations where a whole place was
 * @throws SlackOAuthError `slack_unavailable` … where Slack cannot be asked, and `store_…`: to try later
 * @see https://docs.slack.dev/reference/events/tokens_revoked
 */
export async function forgetRevoked(
  needs: ForgetNeeds,
  clientId: string,
  ending: Ending,
): Promise<number> {
  const { installations } = needs.store
  const paced = { ...needs, slack: { ...needs.slack, pace: createPace() } }
  let forgotten = 0
  for (const filter of filters(clientId, ending)) {
    for await (const place of installations.places(filter)) {
      if (await isOfAnotherApp(installations, place, ending)) continue
      forgotten +=
        ending.kind === 'tokens_revoked'
          ? await forgetTokens(paced, place, ending)
          : await forgetPlace(paced, place, ending.at)
    }
  }
  return forgotten
}

function filters(clientId: string, ending: Ending): InstallationFilter[] {
  const { enterpriseId, teamId, isEnterpriseInstall } = ending
  if (ending.kind === 'team_access_revoked') {
    return ending.teamIds.map((id) => ({ clientId, teamId: id }))
  }
  if (teamId && !isEnterpriseInstall) return [{ clientId, teamId }]
  // An org-wide app may hear of its end with the organization and nothing else
  return enterpriseId ? [{ clientId, enterpriseId, teamId: '' }] : []
}

/** One URL may hear of the events of several apps, whatever a proxy in front of it does. */
async function isOfAnotherApp(
  installations: InstallationStore,
  place: Place,
  { appId }: Ending,
): Promise<boolean> {
  if (appId === undefined) return false
  const found = await installations.findInstallation(exactQuery(place))
  return found !== undefined && found.appId !== '' && found.appId !== appId
}

async function forgetTokens(
  needs: ForgetNeeds,
  place: Place,
  { userIds, botUserIds, at }: Extract<Ending, { kind: 'tokens_revoked' }>,
): Promise<number> {
  const { installations } = needs.store
  const bot = await installations.findBot(exactQuery(place))
  const keys: GrantKey[] = [...new Set(userIds)].map((userId) => ({ ...place, userId }))
  if (bot && botUserIds.includes(bot.userId)) keys.unshift(place)
  return forgetEnded(needs, keys, at, (key) => forgetGrant(installations, key))
}

/** All of a place, unless one of its tokens works: then the app was installed again, and only the others go. */
async function forgetPlace(needs: ForgetNeeds, place: Place, at: number): Promise<number> {
  const { installations } = needs.store
  const exact = exactQuery(place)
  const keys: GrantKey[] = []
  for await (const { key } of grantsOfPlace(installations, place)) keys.push(key)
  const before = await countOf(installations, place)
  const forgotten = await forgetEnded(needs, keys, at, ({ userId }) =>
    userId === undefined
      ? installations.deleteBot(exact)
      : installations.deleteInstallation({ ...exact, userId }),
  )
  const isWhole = await whileLocked(needs, place, async () => {
    for await (const _ of grantsOfPlace(installations, place)) return false
    await installations.deleteAll(exact)
    return true
  })
  return isWhole ? before : forgotten
}

async function countOf(installations: InstallationStore, place: Place): Promise<number> {
  let count = 0
  for await (const _ of installations.list(exactly(place))) count++
  return count
}

/** Those tokens of a place that have ended, each under its lock: an installation waits until it is judged. */
async function forgetEnded(
  needs: ForgetNeeds,
  keys: readonly GrantKey[],
  at: number,
  forget: (key: GrantKey) => Promise<void>,
): Promise<number> {
  const { installations } = needs.store
  const judge = (key: GrantKey) =>
    whileLocked(needs, key, async () => {
      const grant = await findGrant(installations, key)
      if (grant === undefined || !(await hasEnded(needs, key, grant, at))) return false
      // A program without our lock, or one that would wait no longer, may have stored another
      if ((await findGrant(installations, key))?.token !== grant.token) return false
      await forget(key)
      return true
    })
  let forgotten = 0
  for await (const isForgotten of inParallel(keys, AT_ONCE, judge)) if (isForgotten) forgotten++
  return forgotten
}

/** Words of Slack that a token is dead for good; others, `invalid_auth` say, tell nothing of it. */
const DEAD: ReadonlySet<ErrorCode> = new Set(['token_revoked'])

/** By what Slack says of the token now; where that tells nothing, by whether it was stored before the event. */
async function hasEnded(
  { store: { installations }, slack }: ForgetNeeds,
  key: GrantKey,
  { token }: TokenGrant,
  at: number,
): Promise<boolean> {
  try {
    await authTest(token, slack)
    return false
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    if (error.exitCode === exitCodes.slack_unavailable) throw error
    slack.signal.throwIfAborted()
    return DEAD.has(error.code) || !(await isNewer(installations, key, at))
  }
}

/** `event_time` has whole seconds, so what was installed within that second counts as before it. */
async function isNewer(
  installations: InstallationStore,
  key: GrantKey,
  at: number,
): Promise<boolean> {
  const found = await findAt(installations, key)
  return found !== undefined && found.installedAt >= at + 1
}
