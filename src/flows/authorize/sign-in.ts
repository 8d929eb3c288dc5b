import { randomBytes } from 'node:crypto'
import { OpenIDConnectAuthorizeUrlGenerator } from '../../slack/authorize/authorize-url.ts'
import type { ClientCredentials, SlackOptions } from '../../slack/client/web-api.ts'
import { assertNoQuery, discoverProvider, type SignedIn } from '../../slack/openid/provider.ts'
import { type AuthorizeNeeds, authorize } from './authorize.ts'

export interface SignInNeeds extends AuthorizeNeeds {
  readonly slack: SlackOptions
  /** Unix time in seconds. */
  now(): number
}

export interface SignInRequest {
  readonly credentials: ClientCredentials
  readonly redirectUris: readonly URL[]
  /** Offered first on Slack's page; and the person has to be of it. */
  readonly team?: string
  /** An organization that the person has to be of. */
  readonly enterprise?: string
  readonly timeoutSeconds: number
}

const COMMAND = 'slack-oauth signin'

/**
 * Sign in with Slack (OpenID Connect Core section 3.1): who the person in the browser is, verified.
 * Stores nothing.
 *
 * @throws SlackOAuthError `id_token_invalid`, and as {@link authorize}
 */
export async function signIn(needs: SignInNeeds, request: SignInRequest): Promise<SignedIn> {
  const { credentials, redirectUris, team, enterprise, timeoutSeconds } = request
  for (const redirectUri of redirectUris) assertNoQuery(redirectUri)
  const provider = await discoverProvider(credentials, needs.slack, needs.now)
  // In memory alone: it ties the ID token to this process
  const nonce = randomBytes(32).toString('base64url')
  return authorize(needs, {
    redirectUris,
    timeoutSeconds,
    slackUrl: needs.slack.slackUrl,
    command: COMMAND,
    authorizeUrl: (state, redirectUri) =>
      new OpenIDConnectAuthorizeUrlGenerator({
        clientId: credentials.clientId,
        redirectUri: redirectUri.href,
        authorizationUrl: `${needs.slack.slackUrl}/openid/connect/authorize`,
      }).generate(state, { nonce, ...(team && { team }) }),
    async complete(response, redirectUri) {
      const value = await provider.signIn({
        ...response,
        redirectUri,
        nonce,
        ...(team && { team }),
        ...(enterprise && { enterprise }),
      })
      return {
        value,
        page: {
          tone: 'success',
          title: 'Signed in',
          paragraphs: ['Slack has confirmed who you are. Nothing was stored.'],
          command: COMMAND,
        },
      }
    },
  })
}
