import * as v from 'valibot'
import { refreshErrors } from '../client/error-table.ts'
import { absent, parseAnswer } from '../client/response-schema.ts'
import { slackError } from '../client/slack-error.ts'
import {
  type AppClient,
  type ClientCredentials,
  callSlack,
  type SlackOptions,
  unexpectedResponse,
} from '../client/web-api.ts'
import type { TokenGrant } from '../installation.ts'
import { grantFields, tokenGrant } from './token-fields.ts'

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
  const refused = (word: string) => slackError(method, word, options.slackUrl, refreshErrors)
  return rotatedGrant(
    await callSlack({ method, retries, refused, ...call }, options),
    method,
    now(),
  )
}

/** A new pair for one token, of the bot or of a member. */
export interface RotatedGrant {
  readonly kind: 'bot' | 'user'
  /** Its scopes are empty when the answer names none. */
  readonly grant: TokenGrant & { readonly refreshToken: string; readonly expiresAt: number }
}

/**
 * Flat for both kinds, as Slack's SDKs read it; the nested form of a code exchange is taken as well,
 * since Slack's documentation shows either.
 * https://docs.slack.dev/authentication/using-token-rotation
 */
const response = v.object({
  ...grantFields,
  token_type: absent(v.string()),
  bot_user_id: absent(v.string()),
  user_id: absent(v.string()),
  authed_user: absent(v.object(grantFields)),
})

type Response = v.InferOutput<typeof response>

/**
 * The pair in an answer to oauth.v2.access (refresh) or oauth.v2.exchange.
 *
 * @throws SlackOAuthError `unexpected_response` unless it holds all of a pair: an access token
 *   without its successor would be the last of its chain
 */
export function rotatedGrant(body: unknown, method: string, receivedAt: number): RotatedGrant {
  const answer = parseAnswer(response, body, method)
  const { authed_user: nested, ...flat } = answer
  const isFlatBot = flat.token_type === 'bot' && flat.access_token
  const [fields, kind] =
    nested?.access_token && !isFlatBot ? [nested, 'user' as const] : [flat, kindOf(flat)]

  const grant = tokenGrant(fields, receivedAt)
  const missing = (what: string) =>
    unexpectedResponse(method, `lacks what Slack documents: ${what}`)
  if (!grant) throw missing('access_token')
  const { refreshToken, expiresAt } = grant
  if (refreshToken === undefined) throw missing('refresh_token')
  if (expiresAt === undefined) throw missing('expires_in')
  if (!kind) throw missing('token_type')
  return { kind, grant: { ...grant, refreshToken, expiresAt } }
}

/** By the type where Slack says it, else by what the token starts with, else by whose id is there. */
function kindOf(flat: Omit<Response, 'authed_user'>): RotatedGrant['kind'] | undefined {
  const { token_type: type, access_token: token } = flat
  if (type === 'bot' || type === 'user') return type
  if (/^(xoxe\.)?xoxb-/.test(token ?? '')) return 'bot'
  if (/^(xoxe\.)?xoxp-/.test(token ?? '')) return 'user'
  if (flat.bot_user_id) return 'bot'
  return flat.user_id ? 'user' : undefined
}
