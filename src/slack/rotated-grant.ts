import * as v from 'valibot'
import { absent, parseAnswer } from './answer.js'
import type { TokenGrant } from './installation.js'
import { grantFields, tokenGrant } from './token-grant.js'
import { unexpectedResponse } from './web-api.js'

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
