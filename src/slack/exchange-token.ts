import { type RotatedGrant, rotatedGrant } from './rotated-grant.js'
import { type ClientCredentials, callSlack, type SlackOptions } from './web-api.js'

/**
 * Exchanges a token that does not expire for a rotating pair, once, after the app has turned token
 * rotation on. The old token lives until the pair is first refreshed, and is not to be revoked:
 * that would remove the app. Never tried again after a fault, since Slack exchanges a token once.
 *
 * @throws SlackOAuthError as {@link callSlack}; `authorization_failed` for a token that was exchanged
 *   before, cannot be, or while rotation is off; `unexpected_response` when the answer lacks part of
 *   a pair
 * @see https://docs.slack.dev/reference/methods/oauth.v2.exchange
 */
export async function exchangeToken(
  token: string,
  { clientId, clientSecret }: ClientCredentials,
  options: SlackOptions,
  now: () => number,
): Promise<RotatedGrant> {
  const method = 'oauth.v2.exchange'
  const parameters = { client_id: clientId, client_secret: clientSecret, token }
  return rotatedGrant(await callSlack({ method, parameters, retries: 0 }, options), method, now())
}
