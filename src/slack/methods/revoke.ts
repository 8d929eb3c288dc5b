import * as v from 'valibot'
import { SlackOAuthError } from '../../base/errors.ts'
import { parseAnswer } from '../client/response-schema.ts'
import { type ClientCredentials, callSlack, type SlackOptions } from '../client/web-api.ts'

const response = v.object({ revoked: v.boolean() })

/**
 * Revokes an access token or a refresh token. With token rotation that one alone dies; without it
 * the authorization goes with it: the bot leaves, and with the last token the app.
 *
 * @returns whether Slack revoked it now; false for one that was dead or unknown already, also when
 *   it died by an earlier try whose answer was lost
 * @throws SlackOAuthError as {@link callSlack}, but not for a token that is dead
 * @see https://docs.slack.dev/reference/methods/auth.revoke
 */
export async function revokeToken(token: string, options: SlackOptions): Promise<boolean> {
  const method = 'auth.revoke'
  try {
    const body = await callSlack({ method, authorization: { token }, retries: 2 }, options)
    return parseAnswer(response, body, method).revoked
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    if (error.code === 'token_revoked' || error.code === 'token_expired') return false
    throw error
  }
}

/**
 * Removes the app from the workspace or organization of this token: all of its tokens there die.
 * Never tried again after a fault: the token would be dead by then, and nobody could tell why.
 *
 * @throws SlackOAuthError as {@link callSlack}: `invalid_client` for the token of another app,
 *   `token_revoked` or `token_expired` for a dead one, which uninstalls nothing
 * @see https://docs.slack.dev/reference/methods/apps.uninstall
 */
export async function uninstallApp(
  token: string,
  { clientId, clientSecret }: ClientCredentials,
  options: SlackOptions,
): Promise<void> {
  const parameters = { client_id: clientId, client_secret: clientSecret }
  await callSlack(
    { method: 'apps.uninstall', parameters, authorization: { token }, retries: 0 },
    options,
  )
}
