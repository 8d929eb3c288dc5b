/**
 * What a secret of Slack's looks like wherever it turns up: tokens and refresh tokens by their
 * prefix, webhook URLs, ID tokens, and the parameters of the OAuth requests. Deliberately broad, and
 * never by length: Slack's own examples are short.
 */
const secrets: readonly [RegExp, string][] = [
  [/\b(xoxe\.xox[a-z]|xox[a-z]|xapp|xwfp)-[A-Za-z0-9-]+/g, '$1-***'],
  [/\bhooks\.slack(-gov)?\.com\/[A-Za-z]+\/[A-Za-z0-9/+_-]+/g, 'hooks.slack$1.com/***'],
  [/\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*)?/g, 'eyJ***'],
  [
    /\b(client_secret|client-secret|code|code_verifier|state|nonce|id_token|access_token|refresh_token|token)=[^\s&"'<>)\]]+/gi,
    '$1=***',
  ],
  [/\/\/[^\s/@]+@/g, '//***@'],
  [/\b(basic|bearer) +[A-Za-z0-9+/=._~-]+/gi, '$1 ***'],
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
