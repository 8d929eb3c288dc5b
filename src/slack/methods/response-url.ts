import { failedStatus } from '../client/network-errors.ts'
import { askOnce } from '../client/post-once.ts'
import { type SlackOptions, unexpectedResponse } from '../client/web-api.ts'

const METHOD = 'response_url'

/**
 * Tells whoever acted something that they alone see, at the `response_url` of what they did. What they
 * acted on stays as it is. The address is a secret, and no error has it.
 *
 * @throws SlackOAuthError `slack_unavailable`, `proxy_refused`; `unexpected_response` for an address
 *   that is not Slack's, which is asked nothing
 * @see https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
export async function respondAt(
  responseUrl: string,
  text: string,
  options: SlackOptions,
): Promise<void> {
  const origin = slackOrigin(responseUrl, options.slackUrl)
  if (origin === undefined) throw unexpectedResponse(METHOD, 'would not go to Slack')
  const request = {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }),
  }
  const { status } = await askOnce(METHOD, responseUrl, request, { ...options, slackUrl: origin })
  if (status !== 200) throw failedStatus(METHOD, status)
}

/** Slack's own are of hooks.slack.com, GovSlack's of a host like it; a sandbox answers for itself. */
function slackOrigin(address: string, slackUrl: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { origin } = new URL(address)
  const { protocol, host } = new URL(slackUrl)
  const own = protocol === 'https:' ? [slackUrl, `https://hooks.${host}`] : [slackUrl]
  return own.includes(origin) ? origin : undefined
}
