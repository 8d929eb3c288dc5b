import { type ErrorCode, SlackOAuthError } from '../../base/errors.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import type { Installation, TokenGrant } from '../../slack/installation.ts'
import { authTest } from '../../slack/methods/auth-test.ts'
import type {
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { exactly, exactQuery, isAt } from '../lookup/find-installation.ts'
import { findGrant } from '../lookup/find-token.ts'

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

export interface ForgetNeeds {
  readonly installations: InstallationStore
  /** Asked whether a token is dead before it is forgotten. */
  readonly slack: SlackOptions
}

/**
 * Forgets exactly what an event names; told twice, or in another order, it changes nothing more. Slack delivers
 * an event again for up to a day, and the app may have been installed anew since: so Slack is asked
 * (auth.test) whether a token still works before it is forgotten. Where Slack does not say, what was
 * installed after the event stays.
 *
 * @returns how many tokens and installations were forgotten
 * @see https://docs.slack.dev/reference/events/tokens_revoked
 */
export async function forgetRevoked(
  needs: ForgetNeeds,
  clientId: string,
  ending: Ending,
): Promise<number> {
  const { installations } = needs
  let forgotten = 0
  for (const filter of filters(clientId, ending)) {
    for await (const place of installations.places(filter)) {
      if (await isOfAnotherApp(installations, place, ending)) continue
      forgotten +=
        ending.kind === 'tokens_revoked'
          ? await forgetTokens(needs, place, ending)
          : await forgetPlace(needs, place, ending.at)
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
  const { installations } = needs
  const exact = exactQuery(place)
  let forgotten = 0
  const bot = await installations.findBot(exact)
  if (bot && botUserIds.includes(bot.userId) && (await hasEnded(needs, place, bot, at))) {
    await installations.deleteBot(exact)
    forgotten++
  }
  for (const userId of new Set(userIds)) {
    const member = { ...exact, userId }
    const grant = await findGrant(installations, member)
    if (grant === undefined || !(await hasEnded(needs, member, grant, at))) continue
    await installations.deleteUserGrant(member)
    forgotten++
  }
  return forgotten
}

async function forgetPlace(needs: ForgetNeeds, place: Place, at: number): Promise<number> {
  const { installations } = needs
  const exact = exactQuery(place)
  const members: Installation[] = []
  for await (const each of installations.list(exactly(place))) members.push(each)
  // An uninstalled app has no token that works: the first that Slack judges decides for the place
  const bot = await installations.findBot(exact)
  const [newest] = [...members].sort((a, b) => b.installedAt - a.installedAt)
  const witness = bot ?? newest?.user.grant
  const judged = { ...place, ...(!bot && newest && { userId: newest.user.id }) }
  if (witness === undefined || (await hasEnded(needs, judged, witness, at))) {
    await installations.deleteAll(exact)
    return members.length
  }
  // The app was installed again since: only what is left from before goes
  let forgotten = 0
  for (const { user } of members) {
    const member = { ...exact, userId: user.id }
    if (!user.grant || !(await hasEnded(needs, member, user.grant, at))) continue
    await installations.deleteInstallation(member)
    forgotten++
  }
  return forgotten
}

/** Words of Slack that a token is dead for good; others, `invalid_auth` say, tell nothing of it. */
const DEAD: ReadonlySet<ErrorCode> = new Set(['token_revoked'])

/** By what Slack says of the token now; else whether it was stored before the event. */
async function hasEnded(
  { installations, slack }: ForgetNeeds,
  query: Place & { readonly userId?: string },
  { token }: TokenGrant,
  at: number,
): Promise<boolean> {
  try {
    await authTest(token, slack)
    return false
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    slack.signal.throwIfAborted()
    // An installation that came while Slack was asked is not what the answer is about
    const exact = exactQuery(query)
    const stored = query.userId
      ? await findGrant(installations, { ...exact, userId: query.userId })
      : await installations.findBot(exact)
    if (stored?.token !== token) return false
    return DEAD.has(error.code) || !(await isNewer(installations, query, at))
  }
}

/** `event_time` has whole seconds, so what was installed within that second counts as before it. */
async function isNewer(
  installations: InstallationStore,
  query: Place & { readonly userId?: string },
  at: number,
): Promise<boolean> {
  const found = await installations.findInstallation(exactQuery(query))
  return found !== undefined && isAt(found, query) && found.installedAt >= at + 1
}
