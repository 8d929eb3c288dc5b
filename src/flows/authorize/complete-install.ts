import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { missingScopes } from '../../slack/authorize/scopes.ts'
import type { AppClient, SlackOptions } from '../../slack/client/web-api.ts'
import { type Installation, placeName, type TokenGrant } from '../../slack/installation.ts'
import { type AuthTest, authTest } from '../../slack/methods/auth-test.ts'
import { type CodeExchange, exchangeCode } from '../../slack/methods/oauth-v2-access.ts'
import { revokeToken } from '../../slack/methods/revoke.ts'
import { type SaveNeeds, saveInstallation } from './save-installation.ts'

export interface CompleteNeeds extends SaveNeeds {
  readonly slack: SlackOptions
  /** Has Slack revoke tokens that cannot be stored: nobody else has them. */
  readonly revokesLost?: boolean
  /** Unix time in seconds. */
  now(): number
}

/** What was asked for, and by which app. */
export interface Wanted {
  /** Without a secret, the app is a public client, and PKCE stands for it. */
  readonly client: AppClient
  /** Already found installable: at least one, and none of Sign in with Slack. */
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
}

export interface Installed {
  readonly installation: Installation
  /** Asked for, and not granted. */
  readonly missing: { readonly scopes: readonly string[]; readonly userScopes: readonly string[] }
  /** Why the stored installation is incomplete, where it is. */
  readonly problem?: SlackOAuthError
  /** Fields of Slack's answer that are not as documented. What could be used of them was. */
  readonly oddities: readonly string[]
}

export const COMMAND = 'slack-oauth install'

/**
 * The half of an installation that comes after Slack's page: the code for tokens, auth.test, save.
 *
 * @throws SlackOAuthError as {@link exchangeCode}, and `store_…`
 */
export async function completeInstall(
  needs: CompleteNeeds,
  { client, scopes, userScopes }: Wanted,
  exchange: CodeExchange,
): Promise<Installed> {
  const granted = await exchangeCode(exchange, client, needs.slack, needs.now)
  const identified = await identify(granted.installation, needs.slack)
  await save(needs, identified.installation)
  const installation = storedOf(identified.installation)
  const problem = (await withoutMember(needs, identified.installation)) ?? identified.problem
  return {
    installation,
    oddities: granted.oddities,
    missing: {
      scopes: missingScopes(scopes, installation.bot?.scopes ?? []),
      userScopes: missingScopes(userScopes, installation.user.grant?.scopes ?? []),
    },
    ...(problem && { problem }),
  }
}

/**
 * Adds what only auth.test tells: the bot's id, where the organization is, and what an odd answer left out. The
 * tokens are valid whatever becomes of this call, so its failure is told beside them, never instead of
 * them.
 */
async function identify(
  given: Installation,
  slack: SlackOptions,
): Promise<{ installation: Installation; problem?: SlackOAuthError }> {
  const isOdd = !hasPlace(given) || given.user.id === ''
  const { bot, user, isEnterpriseInstall } = given
  const ofUser = isEnterpriseInstall || isOdd ? user.grant?.token : undefined
  let installation = given
  let problem: SlackOAuthError | undefined
  for (const [kind, token] of [
    ['bot', bot?.token],
    ['user', isOdd || !bot ? ofUser : undefined],
  ] as const) {
    if (token === undefined) continue
    try {
      installation = withIdentity(installation, kind, await authTest(token, slack))
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      problem ??= incomplete(given, error)
    }
  }
  return { installation, ...(problem && { problem }) }
}

function hasPlace({ isEnterpriseInstall, enterprise, team }: Installation): boolean {
  return (isEnterpriseInstall ? enterprise : team) !== undefined
}

function withIdentity(given: Installation, kind: 'bot' | 'user', said: AuthTest): Installation {
  const { bot, user, isEnterpriseInstall } = given
  const enterpriseId = said.enterpriseId ?? (isEnterpriseInstall ? said.teamId : undefined)
  const enterprise = given.enterprise ?? (enterpriseId ? { id: enterpriseId } : undefined)
  const team = given.team ?? (!isEnterpriseInstall && said.teamId ? { id: said.teamId } : undefined)
  return {
    ...given,
    ...(team && { team }),
    ...(enterprise && {
      enterprise: isEnterpriseInstall ? { ...enterprise, url: said.url } : enterprise,
    }),
    ...(bot && {
      bot: {
        ...bot,
        ...(kind === 'bot' && said.botId && { id: said.botId }),
        userId: bot.userId || (kind === 'bot' ? said.userId : ''),
      },
    }),
    user: { ...user, id: user.id || (kind === 'user' ? said.userId : '') },
  }
}

function incomplete(
  { isEnterpriseInstall }: Installation,
  error: SlackOAuthError,
): SlackOAuthError {
  const missing = isEnterpriseInstall ? "the bot's id and the organization's URL" : "the bot's id"
  const message = `Installed and saved, but without ${missing}: ${error.message}`
  // A fault that passes leaves tokens that work; anything else stays what it is
  const isPassing = error.exitCode === exitCodes.slack_unavailable
  return isPassing
    ? new SlackOAuthError('incomplete_installation', message, {
        hint: `The tokens work. Run ${COMMAND} once more to complete it`,
        cause: error,
      })
    : new SlackOAuthError(error.code, message, {
        ...(error.hint && { hint: error.hint }),
        cause: error,
      })
}

/** The code is spent by now: a store that fails here has to be told apart from a failed install. */
async function save(needs: CompleteNeeds, installation: Installation): Promise<void> {
  try {
    assertStorable(installation)
    await saveInstallation(needs, storedOf(installation))
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    const { bot, user } = installation
    const fate = await fateOf(needs, [bot, user.grant])
    throw new SlackOAuthError(
      error.code,
      `The app is installed in ${placeName(installation)}, but its tokens ${fate}: ${error.message}`,
      {
        hint: `${error.hint ? `${error.hint}. ` : ''}Then run ${COMMAND} again, with --revoke-lost to have tokens that cannot be stored revoked; or remove the app in Slack`,
        cause: error,
      },
    )
  }
}

/** @throws SlackOAuthError for what no row could be of */
function assertStorable(installation: Installation): void {
  const missing = !hasPlace(installation)
    ? 'Slack named neither a workspace nor an organization for them'
    : installation.user.id === '' && !installation.bot
      ? 'Slack did not say whose token it is'
      : undefined
  if (missing === undefined) return
  throw new SlackOAuthError('unexpected_response', missing, {
    hint: 'Is a proxy between this machine and Slack?',
  })
}

/** Without the id of the member, what is theirs has no row of its own; the bot is stored all the same. */
function storedOf(installation: Installation): Installation {
  const { incomingWebhook: _, ...rest } = installation
  return installation.user.id === '' ? { ...rest, user: { id: '' } } : installation
}

/** What the member granted, and no row is for. */
async function withoutMember(
  needs: CompleteNeeds,
  { user, incomingWebhook }: Installation,
): Promise<SlackOAuthError | undefined> {
  if (user.id !== '' || (!user.grant && !incomingWebhook)) return undefined
  const lost = [
    user.grant && `the member's tokens ${await fateOf(needs, [user.grant])}`,
    incomingWebhook && 'the webhook is lost',
  ].filter((each) => each !== undefined)
  return new SlackOAuthError(
    'incomplete_installation',
    `The app is installed and its bot is saved, but Slack did not say which member installed it: ${lost.join(', and ')}`,
    {
      hint: `The bot's token works. Run ${COMMAND} once more to complete it, with --revoke-lost to have tokens that cannot be stored revoked; or remove the app in Slack`,
    },
  )
}

/** What became of tokens that could not be stored, in words. */
async function fateOf(
  { slack, revokesLost }: CompleteNeeds,
  grants: readonly (TokenGrant | undefined)[],
): Promise<string> {
  if (!revokesLost) return 'are lost'
  const secrets = grants.flatMap((grant) => [grant?.refreshToken, grant?.token])
  for (const secret of secrets) {
    if (secret === undefined) continue
    try {
      await revokeToken(secret, slack)
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      return `are lost, and could not all be revoked (${error.message})`
    }
  }
  return 'could not be stored, and were revoked'
}
