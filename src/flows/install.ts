import { exitCodes, SlackOAuthError } from '../errors.js'
import type { PageContent } from '../loopback/page.js'
import { authTest } from '../slack/auth-test.js'
import { AuthorizeUrlGenerator } from '../slack/authorize-url.js'
import { type Installation, placeName } from '../slack/installation.js'
import { type CodeExchange, exchangeCode } from '../slack/oauth-v2.js'
import { assertNoBotOnDesktop, createCodeChallenge } from '../slack/pkce.js'
import { missingScopes } from '../slack/scopes.js'
import type { AppClient, SlackOptions } from '../slack/web-api.js'
import type { InstallationStore } from '../store/installation-store.js'
import { type AuthorizeNeeds, authorize } from './authorize.js'
import { inSentences } from './pages.js'
import { type SaveNeeds, saveInstallation } from './save-installation.js'

export interface CompleteNeeds extends SaveNeeds {
  readonly slack: SlackOptions
  /** Unix time in seconds. */
  now(): number
}

export interface InstallNeeds extends AuthorizeNeeds, CompleteNeeds {}

export interface InstallRequest {
  /** Without a secret, the app is a public client, and PKCE stands for it. */
  readonly client: AppClient
  /** Whether the app has turned PKCE on, where that is known: Slack then refuses bots on localhost. */
  readonly hasPkce?: boolean
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
  const { client, scopes, userScopes, redirectUris, team, timeoutSeconds } = request
  const isPublic = client.clientSecret === undefined
  if (isPublic || request.hasPkce) assertNoBotOnDesktop(scopes, redirectUris)
  // In memory alone: a code that is stolen is of no use to another process
  const pkce = isPublic ? createCodeChallenge() : undefined
  return authorize(needs, {
    redirectUris,
    timeoutSeconds,
    command: COMMAND,
    appId: () => knownAppId(needs.store.installations, client),
    authorizeUrl: (state, redirectUri) =>
      new AuthorizeUrlGenerator({
        clientId: client.clientId,
        scopes,
        userScopes,
        redirectUri: redirectUri.href,
        authorizationUrl: `${needs.slack.slackUrl}/oauth/v2/authorize`,
      }).generate(state, {
        ...(team && { team }),
        ...(pkce && { codeChallenge: pkce.challenge }),
      }),
    async complete(code, redirectUri) {
      const value = await completeInstall(
        needs,
        { client, scopes, userScopes },
        {
          code,
          redirectUri: redirectUri.href,
          ...(pkce && { codeVerifier: pkce.verifier }),
        },
      ).catch((error: unknown) => {
        throw isPublic ? withPkceAdvice(error) : error
      })
      return { value, page: installedPage(value.installation, value.problem) }
    },
  })
}

/** A public client that Slack does not take for one: to compare a secret would be the wrong advice. */
function withPkceAdvice(error: unknown): unknown {
  if (!(error instanceof SlackOAuthError && error.code === 'invalid_client')) return error
  return new SlackOAuthError(error.code, error.message, {
    hint: 'No secret was sent (--pkce): compare the Client ID, turn PKCE on under OAuth & Permissions of the app, and use a redirect URI on http://localhost; or leave --pkce out and set SLACK_CLIENT_SECRET',
    cause: error,
  })
}

async function knownAppId(
  installations: InstallationStore,
  { clientId }: AppClient,
): Promise<string | undefined> {
  for await (const { appId } of installations.list({ clientId })) return appId
  return undefined
}

/**
 * The half of an installation that comes after Slack's page: the code for tokens, auth.test, save.
 *
 * @throws SlackOAuthError as {@link exchangeCode}, and `store_…`
 */
export async function completeInstall(
  needs: CompleteNeeds,
  { client, scopes, userScopes }: Pick<InstallRequest, 'client' | 'scopes' | 'userScopes'>,
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
