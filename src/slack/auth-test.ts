import * as v from 'valibot'
import { callSlack, type SlackOptions, unexpectedResponse } from './web-api.js'

const response = v.object({
  url: v.string(),
  user_id: v.string(),
  bot_id: v.nullish(v.string()),
})

/** What a token is good for, as Slack itself says. */
export interface AuthTest {
  /** Of the workspace, or of the organization for an org-wide token. */
  readonly url: string
  readonly userId: string
  /** For a bot token. */
  readonly botId?: string
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
  const parsed = v.safeParse(response, body)
  if (!parsed.success) throw unexpectedResponse(method, 'lacks what Slack documents')
  const { url, user_id: userId, bot_id: botId } = parsed.output
  return { url, userId, ...(botId && { botId }) }
}
