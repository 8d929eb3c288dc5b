/** Scopes without a verb; all others read `object[.part]:verb[.part]`. */
const bareScopes: readonly string[] = [
  'admin',
  'bot',
  'client',
  'commands',
  'email',
  'identify',
  'identity.avatar',
  'identity.basic',
  'identity.email',
  'identity.team',
  'incoming-webhook',
  'openid',
  'post',
  'profile',
  'read',
  'tokens.basic',
]

const SCOPE = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*:[a-z][a-z_-]*(\.[a-z_-]+)*$/

/** Scopes of a whole organization never include these (Slack, "Installing with OAuth"). */
export const workspaceOnlyScopes: readonly string[] = ['bot', 'apps.requests.write']

/** The v2 page separates by commas. Blanks, which Slack tolerates, count as commas. */
export function splitScopes(text: string): string[] {
  return unique(text.split(/[\s,]+/))
}

/** OpenID Connect Core section 3.1.2.1 separates by spaces: `openid,email` is one odd scope. */
export function splitOpenIdScopes(text: string): string[] {
  return unique(text.split(' '))
}

/** By shape and not by list, so that a scope which Slack adds tomorrow is not refused. */
export function isKnownScope(scope: string): boolean {
  return bareScopes.includes(scope) || SCOPE.test(scope)
}

/** Sign in with Slack's scopes, new and legacy, which Slack combines with no others. */
export function isSignInScope(scope: string): boolean {
  return isOpenIdScope(scope) || scope.startsWith('identity.')
}

export function isOpenIdScope(scope: string): boolean {
  return scope === 'openid' || scope === 'email' || scope === 'profile'
}

/** Slack only ever adds to what was granted before; a token cannot be downgraded. */
export function mergeScopes(before: readonly string[], added: readonly string[]): string[] {
  return unique([...before, ...added])
}

function unique(scopes: readonly string[]): string[] {
  return [...new Set(scopes)].filter((scope) => scope !== '')
}
