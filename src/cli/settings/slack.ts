import type { Environment } from '../../base/environment.ts'
import { proxyFor } from '../../slack/client/proxy.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import { assertVerifiedTls, DEFAULT_SLACK_URL, parseSlackUrl } from '../../slack/slack-url.ts'
import type { Context } from '../context.ts'
import type { SlackUrlFlags } from '../options/shared-options.ts'

export function slackUrl(env: Environment, flags: SlackUrlFlags): string {
  return parseSlackUrl(flags.slackUrl ?? env.SLACK_OAUTH_SLACK_URL ?? DEFAULT_SLACK_URL)
}

/** Longer than Slack ever needs, shorter than a person's patience. */
const REQUEST_TIMEOUT_SECONDS = 30

/** How to reach Slack for one command: no request outlasts the time that the user gives it all. */
export function slackOptions(
  { env, signal }: Context,
  slackUrl: string,
  { timeout }: { readonly timeout: number },
): SlackOptions {
  assertVerifiedTls(slackUrl, env)
  return {
    slackUrl,
    signal,
    requestTimeoutSeconds: Math.min(REQUEST_TIMEOUT_SECONDS, timeout),
    proxy: proxyFor(slackUrl, env),
  }
}
