/** The parameters of the OAuth requests that are secrets, and those of a signing app. */
const names =
  '(?:client|signing)[_-]secret|code|code_verifier|state|nonce|id_token|(?:access_|refresh_)?token'

/** Where a name begins; before it, a percent-encoded ? or & ends in a letter or a digit. */
const start = '(?:\\b|(?<=%3F|%26)|(?=(?:client|signing)[_-]secret))'

/** In a URL, in JSON (Slack's own escapes them), and in a URL that is a parameter of another. */
const slash = '(?:\\\\?/|%2F)'

const quote = '(?:\\\\?"|%22)'

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
  // Without a dot as well: to look for one from each eyJ of a long text would take quadratic time
  [/\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g, 'eyJ***'],
  [new RegExp(`${start}(${names})(=|%3D)[^\\s&"'<>)\\]]+`, 'gi'), '$1$2***'],
  [
    new RegExp(`(${quote}(?:${names})${quote}(?:\\s*:\\s*|%3A)${quote})(?:(?!%22)[^"\\\\])+`, 'gi'),
    '$1***',
  ],
  // Up to the last @: a password may hold one. Who uses a PostgreSQL server is no secret
  [/(?<!\bpostgres:(?=\/\/[^\s/:@]+@[^\s/@]*(?:[/\s]|$)))\/\/[^\s/]+@/g, '//***@'],
  // By length, or after the header's name: "Basic Information" is a page of Slack's
  [/\b(authorization(?:"?: *"?|%3A(?:%20)*)(?:basic|bearer))(?: |%20)+[^\s"']+/gi, '$1 ***'],
  [/\b(basic|bearer)(?: |%20)+[A-Za-z0-9+/=._~-]{16,}/gi, '$1 ***'],
]

/** A shorter one is part of too many words; Slack's own are longer by far. */
const MIN_SECRET_CHARACTERS = 8

/** Secrets that this process was given, in each of the forms that they may turn up in. */
const given = new Set<string>()

/**
 * From now on a secret is hidden by its value, whatever stands around it: what a server, a proxy or a
 * library repeats need not look like one. For what a process is given once, not for what passes through.
 */
export function protect(secret: string | undefined): void {
  if (secret === undefined || secret.trim().length < MIN_SECRET_CHARACTERS) return
  const plain = secret.trim()
  // As it is in a body or a query
  given.add(plain).add(new URLSearchParams([['', plain]]).toString().slice(1))
}

/** The text with everything in it that is a secret, or looks like one, made unreadable. */
export function redact(text: string): string {
  let clean = text
  for (const secret of given) clean = clean.replaceAll(secret, '***')
  return secrets.reduce((cleaner, [pattern, mask]) => cleaner.replace(pattern, mask), clean)
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
