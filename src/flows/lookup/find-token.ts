import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation, TokenGrant } from '../../slack/installation.ts'
import type {
  GrantKey,
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { ambiguousMember, exactly, findAt, nameOf, selectPlace } from './find-installation.ts'

/** Which token: the bot's, a member's, or where nothing is said the bot's, else the only member's. */
export type TokenChoice =
  | { readonly kind: 'bot' }
  | { readonly kind: 'user'; readonly userId?: string }
  | { readonly kind: 'any' }

export interface SelectedGrant {
  readonly key: GrantKey
  readonly grant: TokenGrant
}

/** As many members with a token as anyone wants to choose from. */
const MOST_CHOICES = 11

/**
 * The one token that the filter and the choice leave.
 *
 * @throws SlackOAuthError `not_installed`, `ambiguous_installation`
 */
export async function selectGrant(
  installations: InstallationStore,
  filter: Omit<InstallationFilter, 'userId'>,
  choice: TokenChoice,
): Promise<SelectedGrant> {
  const place = await selectPlace(installations, filter)
  if (choice.kind !== 'user') {
    const bot = await findGrant(installations, place)
    if (bot) return { key: place, grant: bot }
    if (choice.kind === 'bot')
      throw await none(installations, place, 'no bot token for', '--scopes')
  }
  const userId = choice.kind === 'user' ? choice.userId : undefined
  if (userId !== undefined) {
    const key = { ...place, userId }
    const grant = await findGrant(installations, key)
    if (grant) return { key, grant }
    throw await none(installations, place, `no user token of member ${userId} in`, '--user-scopes')
  }
  const [only, ...others] = await membersWithToken(installations, place)
  if (only?.user.grant === undefined) {
    throw await none(installations, place, 'no user token for', '--user-scopes')
  }
  if (others.length > 0) throw ambiguousMember([only, ...others])
  return { key: { ...place, userId: only.user.id }, grant: only.user.grant }
}

/**
 * The tokens of one place that the choices name; without choices the bot's and the only member's,
 * whichever there are.
 *
 * @throws SlackOAuthError as {@link selectGrant}
 */
export async function selectGrants(
  installations: InstallationStore,
  filter: Omit<InstallationFilter, 'userId'>,
  choices: readonly TokenChoice[],
): Promise<SelectedGrant[]> {
  if (choices.length > 0) {
    const chosen: SelectedGrant[] = []
    for (const choice of choices) chosen.push(await selectGrant(installations, filter, choice))
    return chosen
  }
  const first = await selectGrant(installations, filter, { kind: 'any' })
  const { userId, ...place } = first.key
  if (userId !== undefined) return [first]
  const [only, ...others] = await membersWithToken(installations, place)
  if (only?.user.grant === undefined || others.length > 0) return [first]
  return [first, { key: { ...place, userId: only.user.id }, grant: only.user.grant }]
}

/** The token that a key names, in that very place: that of its organization is another. */
export async function findGrant(
  installations: InstallationStore,
  key: GrantKey,
): Promise<TokenGrant | undefined> {
  const found = await findAt(installations, key)
  return key.userId === undefined ? found?.bot : found?.user.grant
}

/** The token that a key names, which was there a moment ago. */
export async function currentGrant(
  installations: InstallationStore,
  key: GrantKey,
): Promise<TokenGrant> {
  const grant = await findGrant(installations, key)
  if (grant) return grant
  throw new SlackOAuthError('not_installed', 'The installation was deleted meanwhile', {
    hint: 'slack-oauth install',
  })
}

async function membersWithToken(
  installations: InstallationStore,
  place: Place,
): Promise<Installation[]> {
  const found: Installation[] = []
  for await (const each of installations.list(exactly(place))) {
    if (each.user.grant) found.push(each)
    if (found.length >= MOST_CHOICES) break
  }
  return found
}

async function none(
  installations: InstallationStore,
  place: Place,
  what: string,
  option: string,
): Promise<SlackOAuthError> {
  return new SlackOAuthError(
    'not_installed',
    `There is ${what} ${await nameOf(installations, place)}`,
    { hint: `slack-oauth install ${option} …` },
  )
}
