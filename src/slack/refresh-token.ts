import { type RotatedGrant, rotatedGrant } from './rotated-grant.js'
import { type AppClient, callSlack, type SlackOptions } from './web-api.js'

export interface GrantRefresh {
  readonly refreshToken: string
  /**
   * After an answer that was lost, Slack's grace period honours the same refresh token once more:
   * to ask again with it is right, and the only way to a token that works. 2 unless given.
   */
  readonly retries?: number
}

/**
 * Exchanges a refresh token for a new pair; the caller has to store it before using it, for the old
 * refresh token dies after a short grace period. The access token before it stays valid.
 *
 * @throws SlackOAuthError as {@link callSlack}; `refresh_token_invalid` for a refresh token that was
 *   spent, revoked or too old; `unexpected_response` when the answer lacks part of a pair
 * @see https://docs.slack.dev/authentication/using-token-rotation
 */
export async function refreshGrant(
  { refreshToken, retries = 2 }: GrantRefresh,
  { clientId, clientSecret }: AppClient,
  options: SlackOptions,
  now: () => number,
): Promise<RotatedGrant> {
  const method = 'oauth.v2.access'
  const parameters = { grant_type: 'refresh_token', refresh_token: refreshToken }
  // Tokens of a desktop redirect are renewed without a secret (Slack, "Using PKCE")
  const call =
    clientSecret === undefined
      ? { parameters: { ...parameters, client_id: clientId } }
      : { parameters, authorization: { clientId, clientSecret } }
  return rotatedGrant(await callSlack({ method, retries, ...call }, options), method, now())
}
