/** What Node and libraries tell errors apart by, `ENOENT` say; undefined for one without. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
/**
 * Every failure a caller can act on, with the exit code the command line ends in. Both are API:
 * scripts and library users branch on them, so renaming a code is a breaking change.
 *
 * @example
 * import { exitCodes, SlackOAuthError } from 'slack-oauth'
 *
 * const mayPass = (error: unknown) =>
 *   error instanceof SlackOAuthError && error.exitCode === exitCodes.slack_unavailable
 */
export const exitCodes = {
  // 1: ours
  bug: 1,
  // 2: the request itself is wrong, and asking again will not help
  usage: 2,
  missing_setting: 2,
  invalid_scope: 2,
  invalid_redirect_uri: 2,
  invalid_manifest: 2,
  invalid_certificate: 2,
  ambiguous_installation: 2,
  port_in_use: 2,
  // 3: nothing stored matches
  not_installed: 3,
  // 4: a person has to authorize, or has refused to
  access_denied: 4,
  authorization_failed: 4,
  wrong_state: 4,
  invalid_client: 4,
  timed_out: 4,
  token_expired: 4,
  token_revoked: 4,
  refresh_token_invalid: 4,
  id_token_invalid: 4,
  // 5: try again later
  slack_unavailable: 5,
  rate_limited: 5,
  proxy_refused: 5,
  unexpected_response: 5,
  incomplete_installation: 5,
  // 6: the store, or the output, cannot be written or read
  output_failed: 6,
  store_unavailable: 6,
  store_corrupt: 6,
  store_locked: 6,
  store_full: 6,
  store_newer: 6,
  store_unsupported: 6,
  store_driver: 6,
  store_key_missing: 6,
  store_key_wrong: 6,
  // as a shell counts a command that it cannot run
  command_not_executable: 126,
  command_not_found: 127,
  // as a shell counts a process that ended by signal
  interrupted: 130,
  terminated: 143,
} as const

export type ErrorCode = keyof typeof exitCodes

/**
 * The one error this package throws on purpose; anything else that escapes is a bug.
 *
 * @example
 * import { openStore, SlackOAuthError } from 'slack-oauth'
 *
 * try {
 *   await openStore('missing.db', { mustExist: true })
 * } catch (error) {
 *   if (!(error instanceof SlackOAuthError)) throw error
 *   console.error(error.code, error.message, error.hint) // not_installed …
 * }
 */
export class SlackOAuthError extends Error {
  override readonly name = 'SlackOAuthError'
  readonly code: ErrorCode
  /** What to do next, as one sentence or one command line. Never the cause restated. */
  readonly hint: string | undefined
  /** Where the cause is anybody's guess: what else it may be, for a person. */
  readonly furtherHints: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; furtherHints?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.furtherHints = options.furtherHints ?? []
  }

  /** What the command line exits with: 2 usage … 6 store, as the README lists them. */
  get exitCode(): number {
    return exitCodes[this.code]
  }
}
