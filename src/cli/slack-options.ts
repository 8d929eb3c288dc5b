import { proxyFor } from '../slack/proxy.js'
import type { SlackOptions } from '../slack/web-api.js'
import type { Context } from './context.js'

/** Longer than Slack ever needs, shorter than a person's patience. */
const REQUEST_TIMEOUT_SECONDS = 30

/** How to reach Slack for one command: no request outlasts the time that the user gives it all. */
export function slackOptions(
  { env, signal }: Context,
  slackUrl: string,
  { timeout }: { readonly timeout: number },
): SlackOptions {
  return {
    slackUrl,
    signal,
    requestTimeoutSeconds: Math.min(REQUEST_TIMEOUT_SECONDS, timeout),
    proxy: proxyFor(slackUrl, env),
  }
}
