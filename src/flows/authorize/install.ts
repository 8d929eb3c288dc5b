import { SlackOAuthError } from '../../base/errors.ts'
import type { PageContent } from '../../loopback/page.ts'
import { AuthorizeUrlGenerator } from '../../slack/authorize/authorize-url.ts'
import { assertNoBotOnDesktop, createCodeChallenge } from '../../slack/authorize/pkce.ts'
import type { AppClient } from '../../slack/client/web-api.ts'
import { type Installation, placeName } from '../../slack/installation.ts'
import type { InstallationStore } from '../../store/installation-store.ts'
import { type AuthorizeNeeds, authorize } from './authorize.ts'
import {
  COMMAND,
  type CompleteNeeds,
  completeInstall,
  type Installed,
  type Wanted,
} from './complete-install.ts'
import { inSentences } from './result-pages.ts'

export interface InstallNeeds extends AuthorizeNeeds, CompleteNeeds {}

export interface InstallRequest extends Wanted {
  /** Whether the app has turned PKCE on, where that is known: Slack then refuses bots on localhost. */
  readonly hasPkce?: boolean
  readonly redirectUris: readonly URL[]
  /** The workspace to offer first; the person may choose another. */
  readonly team?: string
  readonly timeoutSeconds: number
}

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
    slackUrl: needs.slack.slackUrl,
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
    async complete({ code }, redirectUri) {
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
