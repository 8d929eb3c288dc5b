import { SlackOAuthError } from '../../base/errors.ts'
import { redactUrl } from '../../base/redact.ts'

/** The redirect URI when none is set: what the app's settings at Slack have to list. */
export const DEFAULT_REDIRECT_URI = 'http://localhost:8910/slack/oauth_redirect'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL points at this machine itself, by its literal host. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.has(url.hostname)
}

/**
 * A redirect URI that Slack can send a browser to: https, which a tunnel may bring here, or http on
 * this machine.
 *
 * @throws SlackOAuthError `invalid_redirect_uri` that names the rule
 * @see https://docs.slack.dev/authentication/installing-with-oauth (Redirect URLs)
 */
export function parseRedirectUri(text: string): URL {
  const refuse = (rule: string, hint: string) =>
    new SlackOAuthError(
      'invalid_redirect_uri',
      `The redirect URI ${JSON.stringify(redactUrl(text))} ${rule}`,
      { hint },
    )
  if (!URL.canParse(text)) throw refuse('is not a URL', `Use one like ${DEFAULT_REDIRECT_URI}`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw refuse('holds credentials', 'Leave out what stands before the @')
  }
  if (text.includes('#')) throw refuse('has a fragment', 'Leave out the # and what follows it')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(
      'is neither http nor https, and nothing here can receive it',
      `Use one like ${DEFAULT_REDIRECT_URI}`,
    )
  }
  if (url.hostname.includes('*') || url.hostname.includes('%2A')) {
    throw refuse('has a wildcard, and Slack knows none', 'Name the host that it leads to')
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw refuse(
      'is http on another host, which Slack refuses',
      `Slack takes https, or http on localhost: ${DEFAULT_REDIRECT_URI}`,
    )
  }
  if (url.port === '0') throw refuse('has port 0', 'Slack compares the port: name a fixed one')
  for (const name of ['code', 'state', 'error']) {
    if (!url.searchParams.has(name)) continue
    throw refuse(`has a parameter "${name}", which Slack adds itself`, 'Leave it out')
  }
  // Slack compares letter by letter: what we send must be what was written, but for a bare host's slash
  if (url.href !== text && url.href !== `${text}/`) {
    throw refuse('is not in its canonical form', `Write ${url.href}, and register it so at Slack`)
  }
  return url
}

/** As long as any that was seen to work, with room to spare; Slack documents no limit. */
const LONG = 1_000

/**
 * What Slack may or may not take: its documentation is silent, so these are worth a warning and no
 * refusal. Slack, "Using PKCE", promises http for the host `localhost` alone.
 */
export function redirectUriDoubts({ href, protocol, hostname, search }: URL): string[] {
  const doubts: string[] = []
  if (protocol === 'http:' && hostname !== 'localhost') {
    doubts.push(`Slack promises http for the host localhost, and says nothing of ${hostname}`)
  }
  if (search !== '') doubts.push('Slack does not say how it compares a redirect URI with a query')
  if (href.length > LONG) doubts.push(`A redirect URI of ${href.length} characters may be too long`)
  return doubts
}
/**
 * Whether an app with these redirect URLs may use this one: scheme, host and port are equal, the path is
 * equal or below. Slack exempts no port, not even on localhost.
 *
 * @see https://docs.slack.dev/authentication/installing-with-oauth (Redirect URLs)
 */
export function isRegistered(
  { protocol, host, pathname }: URL,
  registered: readonly string[],
): boolean {
  return registered.some((text) => {
    if (!URL.canParse(text)) return false
    const base = new URL(text)
    if (base.protocol !== protocol || base.host !== host) return false
    const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`
    return pathname === base.pathname || pathname.startsWith(folder)
  })
}
