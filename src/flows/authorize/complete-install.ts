import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { missingScopes } from '../../slack/authorize/scopes.ts'
import type { AppClient, SlackOptions } from '../../slack/client/web-api.ts'
import { type Installation, placeName } from '../../slack/installation.ts'
import { authTest } from '../../slack/methods/auth-test.ts'
import { type CodeExchange, exchangeCode } from '../../slack/methods/oauth-v2-access.ts'
import { type SaveNeeds, saveInstallation } from './save-installation.ts'

export interface CompleteNeeds extends SaveNeeds {
  readonly slack: SlackOptions
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
  const { installation, problem } = await identify(granted, needs.slack)
  await save(needs, installation)
  return {
    installation,
    missing: {
      scopes: missingScopes(scopes, installation.bot?.scopes ?? []),
      userScopes: missingScopes(userScopes, installation.user.grant?.scopes ?? []),
    },
    ...(problem && { problem }),
  }
}

/**
 * Adds what only auth.test tells: the bot's id, and where the organization is. The tokens are valid
 * whatever becomes of this call, so its failure is told beside them, never instead of them.
 */
async function identify(
  installation: Installation,
  slack: SlackOptions,
): Promise<{ installation: Installation; problem?: SlackOAuthError }> {
  const { bot, user, enterprise, isEnterpriseInstall } = installation
  const token = bot?.token ?? (isEnterpriseInstall ? user.grant?.token : undefined)
  if (token === undefined) return { installation }
  try {
    const { botId, url } = await authTest(token, slack)
    return {
      installation: {
        ...installation,
        ...(bot && { bot: { ...bot, ...(botId && { id: botId }) } }),
        ...(isEnterpriseInstall && enterprise && { enterprise: { ...enterprise, url } }),
      },
    }
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    return { installation, problem: incomplete(installation, error) }
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
async function save(needs: SaveNeeds, installation: Installation): Promise<void> {
  try {
    await saveInstallation(needs, installation)
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    throw new SlackOAuthError(
      error.code,
      `The app is installed in ${placeName(installation)}, but its tokens are lost: ${error.message}`,
      { hint: `${error.hint}. Then run ${COMMAND} again`, cause: error },
    )
  }
}
