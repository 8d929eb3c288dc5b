import * as v from 'valibot'
import { withoutIdentify } from '../authorize/scopes.ts'
import { absent, parseAnswer } from '../client/response-schema.ts'
import { callSlack, type SlackOptions } from '../client/web-api.ts'

const response = v.object({
  url: v.string(),
  user_id: v.string(),
  bot_id: absent(v.string()),
  team_id: absent(v.string()),
  enterprise_id: absent(v.string()),
  is_enterprise_install: absent(v.boolean()),
  expires_in: absent(v.number()),
  /** Slack's client puts the header `x-oauth-scopes` there. */
  response_metadata: absent(v.object({ scopes: absent(v.array(v.string())) })),
})

/** What a token is good for, as Slack itself says. */
export interface AuthTest {
  /** Of the workspace, or of the organization for an org-wide token. */
  readonly url: string
  readonly userId: string
  /** For a bot token. */
  readonly botId?: string
  /** For an org-wide token, the organization's id. */
  readonly teamId?: string
  readonly enterpriseId?: string
  readonly isEnterpriseInstall: boolean
  /** For a rotating token. */
  readonly expiresInSeconds?: number
  /**
   * Granted as of now, by the header `x-oauth-scopes`; absent without it. Never `identify`, which
   * Slack adds to every user token: compare with {@link withoutIdentify} of what is stored.
   */
  readonly scopes?: readonly string[]
}

/**
 * Asks Slack whose token this is.
 *
 * @throws SlackOAuthError as {@link callSlack}: `token_revoked`, `token_expired` …
 * @see https://docs.slack.dev/reference/methods/auth.test
 */
export async function authTest(token: string, options: SlackOptions): Promise<AuthTest> {
  const method = 'auth.test'
  const body = await callSlack({ method, authorization: { token }, retries: 2 }, options)
  const answer = parseAnswer(response, body, method)
  const scopes = answer.response_metadata?.scopes
  return {
    url: answer.url,
    userId: answer.user_id,
    ...(answer.bot_id && { botId: answer.bot_id }),
    ...(answer.team_id && { teamId: answer.team_id }),
    ...(answer.enterprise_id && { enterpriseId: answer.enterprise_id }),
    isEnterpriseInstall: answer.is_enterprise_install ?? false,
    ...(typeof answer.expires_in === 'number' && { expiresInSeconds: answer.expires_in }),
    ...(scopes && { scopes: withoutIdentify(scopes).filter((scope) => scope !== '') }),
  }
}
