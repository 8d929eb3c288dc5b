/** The parameters of the OAuth requests that are secrets, and those of a signing app. */
const names =
  '(?:client|signing)[_-]secret|\\bcode|\\bcode_verifier|\\bstate|\\bnonce|\\bid_token|\\b(?:access_|refresh_)?token'

/** In a URL, in JSON (Slack's own escapes them), and in a URL that is a parameter of another. */
const slash = '(?:\\\\?/|%2F)'

/**
 * What a secret of Slack's looks like wherever it turns up: tokens and refresh tokens by their
 * prefix, webhook URLs, ID tokens, and the parameters of the OAuth requests. Deliberately broad, and
 * never by length: Slack's own examples are short.
 */
const secrets: readonly [RegExp, string][] = [
  // With no word boundary before it, which a percent-encoded quote (%22) would not be. The cookie
  // xoxd- is percent-encoded itself
  [/(xoxe\.xox[a-z]|xox[a-z]|xapp|xwfp)-[\w%+/=-]+/g, '$1-***'],
  [new RegExp(`(hooks\\.slack(?:-gov)?\\.com)${slash}(?:[\\w+-]|${slash})+`, 'gi'), '$1/***'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?/g, 'eyJ***'],
  [new RegExp(`(${names})=[^\\s&"'<>)\\]]+`, 'gi'), '$1=***'],
  [new RegExp(`(\\\\?"(?:${names})\\\\?"\\s*:\\s*\\\\?")[^"\\\\]+`, 'gi'), '$1***'],
  // Up to the last @: a password may hold one. Who uses a PostgreSQL server is no secret
  [/(?<!\bpostgres:(?=\/\/[^\s/:@]+@[^\s/@]*(?:[/\s]|$)))\/\/[^\s/]+@/g, '//***@'],
  // By length, or after the header's name: "Basic Information" is a page of Slack's
  [/\b(authorization"?: *"?(?:basic|bearer)) +[^\s"']+/gi, '$1 ***'],
  [/\b(basic|bearer) +[A-Za-z0-9+/=._~-]{16,}/gi, '$1 ***'],
]

/** The text with everything in it that looks like a secret made unreadable. */
export function redact(text: string): string {
  return secrets.reduce((clean, [pattern, mask]) => clean.replace(pattern, mask), text)
}

/** A token as a person may see it: its kind, which the prefix tells, and nothing of its value. */
export function redactToken(token: string): string {
  const kind = /^(xoxe\.xox[a-z]-|xox[a-z]-|xapp-|xwfp-)/.exec(token)?.[0] ?? ''
  return `${kind}***`
}

/** An address that someone has mistyped, without whatever stands before its last @. */
export function redactUrl(text: string): string {
  return redact(text.replace(/\/\/.*@/s, '//***@')).slice(0, 200)
}
