import { SlackOAuthError } from '../errors.js'
import { type Installation, placeName, type TokenGrant } from '../slack/installation.js'
import type { InstallationFilter, InstallationStore } from '../store/installation-store.js'
import { ambiguousMember, selectPlace } from './select-installation.js'

/** Which token: the bot's, a member's, or where nothing is said the bot's, else the only member's. */
export type TokenChoice =
  | { readonly kind: 'bot' }
  | { readonly kind: 'user'; readonly userId?: string }
  | { readonly kind: 'any' }

export interface AccessTokenRequest {
  readonly place: Omit<InstallationFilter, 'userId'>
  readonly choice: TokenChoice
  /** Unix time in seconds. */
  readonly now: number
}

/**
 * A token that is stored and has not expired.
 *
 * @throws SlackOAuthError `not_installed`, `ambiguous_installation`, `token_expired`
 */
export async function accessToken(
  installations: InstallationStore,
  { place, choice, now }: AccessTokenRequest,
): Promise<string> {
  const members = await selectPlace(installations, place)
  const grant = choose(members, choice)
  const { token, expiresAt } = grant
  if (expiresAt === undefined || expiresAt > now) return token
  const expiredAt = new Date(expiresAt * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  throw new SlackOAuthError(
    'token_expired',
    `The token for ${placeName(members[0])} expired at ${expiredAt}`,
    { hint: reinstall(members[0], grant) },
  )
}

/** The command line that replaces a token, whole. */
function reinstall({ team, bot }: Installation, grant: TokenGrant): string {
  const scopes = grant.scopes.join(',')
  const kind = grant === bot ? '--scopes' : '--user-scopes'
  return `slack-oauth install${team ? ` --team ${team.id}` : ''}${scopes && ` ${kind} ${scopes}`}`
}

function choose(
  members: readonly [Installation, ...Installation[]],
  choice: TokenChoice,
): TokenGrant {
  const [{ bot }] = members
  const place = placeName(members[0])
  if (choice.kind !== 'user' && bot) return bot
  if (choice.kind === 'bot') throw none(`no bot token for ${place}`, '--scopes')

  const userId = choice.kind === 'user' ? choice.userId : undefined
  const withToken = members.filter(({ user }) => user.grant && (!userId || user.id === userId))
  if (withToken.length > 1) throw ambiguousMember(withToken)
  const grant = withToken[0]?.user.grant
  if (grant) return grant
  const whose = userId ? `of member ${userId} in` : 'for'
  throw none(`no user token ${whose} ${place}`, '--user-scopes')
}

function none(what: string, option: string): SlackOAuthError {
  return new SlackOAuthError('not_installed', `There is ${what}`, {
    hint: `slack-oauth install ${option} …`,
  })
}
