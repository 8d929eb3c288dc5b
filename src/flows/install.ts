import { exitCodes, SlackOAuthError } from '../errors.js'
import type { PageContent } from '../loopback/page.js'
import { authTest } from '../slack/auth-test.js'
import { AuthorizeUrlGenerator } from '../slack/authorize-url.js'
import { type Installation, placeName } from '../slack/installation.js'
import { type CodeExchange, exchangeCode } from '../slack/oauth-v2.js'
import { missingScopes } from '../slack/scopes.js'
import type { ClientCredentials, SlackOptions } from '../slack/web-api.js'
import type { InstallationStore } from '../store/installation-store.js'
import { type AuthorizeNeeds, authorize } from './authorize.js'
import { inSentences } from './pages.js'

export interface InstallNeeds extends AuthorizeNeeds {
  readonly installations: InstallationStore
  readonly slack: SlackOptions
  /** Unix time in seconds. */
  now(): number
}

export interface InstallRequest {
  readonly credentials: ClientCredentials
  /** Already found installable: at least one, and none of Sign in with Slack. */
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
  readonly redirectUris: readonly URL[]
  /** The workspace to offer first; the person may choose another. */
  readonly team?: string
  readonly timeoutSeconds: number
}

export interface Installed {
  readonly installation: Installation
  /** Asked for, and not granted. */
  readonly missing: { readonly scopes: readonly string[]; readonly userScopes: readonly string[] }
  /** Why the stored installation is incomplete, where it is. */
  readonly problem?: SlackOAuthError
}

const COMMAND = 'slack-oauth install'

/**
 * Installs the app: consent, code, tokens, auth.test, and one transaction that stores it all. Only
 * then does the browser hear of success, so a green page means a stored token.
 *
 * @throws SlackOAuthError
 */
export async function install(needs: InstallNeeds, request: InstallRequest): Promise<Installed> {
  const { credentials, scopes, userScopes, redirectUris, team, timeoutSeconds } = request
  return authorize(needs, {
    redirectUris,
    timeoutSeconds,
    command: COMMAND,
    authorizeUrl: (state, redirectUri) =>
      new AuthorizeUrlGenerator({
        clientId: credentials.clientId,
        scopes,
        userScopes,
        redirectUri: redirectUri.href,
        authorizationUrl: `${needs.slack.slackUrl}/oauth/v2/authorize`,
      }).generate(state, team ? { team } : {}),
    async complete(code, redirectUri) {
      const value = await completeInstall(needs, request, { code, redirectUri: redirectUri.href })
      return { value, page: installedPage(value.installation, value.problem) }
    },
  })
}

/**
 * The half of an installation that comes after Slack's page: the code for tokens, auth.test, save.
 *
 * @throws SlackOAuthError as {@link exchangeCode}, and `store_…`
 */
export async function completeInstall(
  { slack, installations, now }: Pick<InstallNeeds, 'slack' | 'installations' | 'now'>,
  {
    credentials,
    scopes,
    userScopes,
  }: Pick<InstallRequest, 'credentials' | 'scopes' | 'userScopes'>,
  exchange: CodeExchange,
): Promise<Installed> {
  const granted = await exchangeCode(exchange, credentials, slack, now)
  const { installation, problem } = await identify(granted, slack)
  await save(installations, installation)
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
async function save(installations: InstallationStore, installation: Installation): Promise<void> {
  try {
    await installations.save(installation)
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    throw new SlackOAuthError(
      error.code,
      `The app is installed in ${placeName(installation)}, but its tokens are lost: ${error.message}`,
      { hint: `${error.hint}. Then run ${COMMAND} again`, cause: error },
    )
  }
}

function installedPage(installation: Installation, problem?: SlackOAuthError): PageContent {
  if (problem) {
    const paragraphs = inSentences(problem)
    return { tone: 'notice', title: 'Installed, but not complete', paragraphs, command: COMMAND }
  }
  return {
    tone: 'success',
    title: 'Installed',
    paragraphs: [
      `The app is installed in ${placeName(installation)}, and its tokens are stored on this machine.`,
    ],
    command: COMMAND,
  }
}
