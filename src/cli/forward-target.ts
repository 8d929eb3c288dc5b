import { SlackOAuthError } from '../errors.js'
import { redactUrl } from '../redact.js'
import type { ForwardTarget } from '../serve/forward.js'
import { isLoopback } from '../slack/redirect-uri.js'

export interface ForwardFlags {
  readonly forward?: string
  readonly tokenHeader?: string
}

/** They have a meaning of their own, which a token would break or change. */
const TAKEN =
  /^(x-slack-(signature|request-timestamp|retry-.*)|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|cookie)$/i

/**
 * Where verified requests go on to.
 *
 * @throws SlackOAuthError `usage`: a token goes to programs on this machine alone
 */
export function forwardTarget({ forward, tokenHeader }: ForwardFlags): ForwardTarget | undefined {
  if (forward === undefined) {
    if (tokenHeader === undefined) return undefined
    throw new SlackOAuthError('usage', '--token-header is for --forward: nothing is forwarded')
  }
  const url = URL.canParse(forward) ? new URL(forward) : undefined
  if ((url?.protocol !== 'http:' && url?.protocol !== 'https:') || url.username || url.password) {
    throw new SlackOAuthError('usage', `Cannot forward to ${JSON.stringify(redactUrl(forward))}`, {
      hint: 'Name the URL of your app, such as http://localhost:3000',
    })
  }
  if (tokenHeader === undefined) return { url }
  if (!isLoopback(url)) {
    throw new SlackOAuthError('usage', `${url.host} is another machine, which gets no token`, {
      hint: 'Leave out --token-header, or forward to localhost',
    })
  }
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(tokenHeader) || TAKEN.test(tokenHeader)) {
    throw new SlackOAuthError('usage', `No token can go into a header ${tokenHeader}`, {
      hint: 'Use a name of your own, such as X-Slack-Token',
    })
  }
  return { url, tokenHeader }
}
