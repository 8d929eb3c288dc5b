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
