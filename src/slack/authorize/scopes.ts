import { SlackOAuthError } from '../../base/errors.ts'

/**
 * The scopes of Sign in with Slack, which Slack refuses beside any other.
 * https://docs.slack.dev/authentication/sign-in-with-slack
 */
export const SIGN_IN_SCOPES: readonly string[] = ['openid', 'email', 'profile']

/** What Slack spells scopes with; whether one exists is for Slack to say. */
const SCOPE = /^[A-Za-z][A-Za-z0-9_.:-]*$/

export function isScope(text: string): boolean {
  return SCOPE.test(text)
}

/** Those of Sign in with Slack, with the legacy ones: none goes together with any other. */
export function isSignInScope(scope: string): boolean {
  return SIGN_IN_SCOPES.includes(scope) || scope.startsWith('identity.')
}

/**
 * The scopes in a list that people wrote: separated by commas or spaces, in any number of strings.
 * Order is kept, repeats are dropped.
 *
 * @throws SlackOAuthError `invalid_scope` that names the one that is not a scope
 */
export function parseScopes(lists: readonly string[]): string[] {
  const scopes = lists.flatMap((list) => list.split(/[, ]+/)).filter((scope) => scope !== '')
  for (const scope of scopes) {
    if (isScope(scope)) continue
    throw new SlackOAuthError('invalid_scope', `${JSON.stringify(scope)} is not a Slack scope`, {
      hint: 'Separate scopes with commas or spaces, as in --scopes chat:write,channels:read',
    })
  }
  return [...new Set(scopes)]
}

/**
 * Refuses, before a browser opens, what Slack would refuse on its own page.
 *
 * @throws SlackOAuthError `missing_setting` when nothing is asked for; `invalid_scope` when Sign in
 *   with Slack is mixed with an installation ("scope conflict")
 */
export function assertInstallable(scopes: readonly string[], userScopes: readonly string[]): void {
  if (scopes.length + userScopes.length === 0) {
    throw new SlackOAuthError('missing_setting', 'No scopes to ask for', {
      hint: 'Name bot scopes with --scopes (SLACK_SCOPES), user scopes with --user-scopes (SLACK_USER_SCOPES)',
    })
  }
  const signIn = [...scopes, ...userScopes].find(isSignInScope)
  if (signIn === undefined) return
  throw new SlackOAuthError(
    'invalid_scope',
    `"${signIn}" is a scope of Sign in with Slack, which no installation can ask for`,
    { hint: 'slack-oauth signin' },
  )
}

/** The scopes in the text of a Slack response, which joins them with commas. */
export function splitScopes(text: string | null | undefined): string[] {
  return (text ?? '').split(/[,\s]+/).filter((scope) => scope !== '')
}

/** Slack adds `identify` to every user token, and does not always say so: it is no difference. */
export function withoutIdentify(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope !== 'identify')
}

/**
 * The wanted scopes that were not granted: a person may decline optional ones.
 * https://docs.slack.dev/changelog/2026/03/16/optional-scopes
 */
export function missingScopes(wanted: readonly string[], granted: readonly string[]): string[] {
  const has = new Set(granted)
  return wanted.filter((scope) => !has.has(scope))
}
