import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { DEFAULT_REDIRECT_URI, parseRedirectUri } from '../../slack/authorize/redirect-uri.ts'
import { assertInstallable, parseScopes } from '../../slack/authorize/scopes.ts'
import type { ManifestSettings } from '../../slack/manifest/manifest.ts'
import type { AppFlags, ScopeFlags, SlackFlags } from '../options/shared-options.ts'

/** For who authorizes with nothing set: it may be the first time. */
export const FIRST_STEPS = [
  'To make an app first: slack-oauth manifest --scopes chat:write',
  'To try it with no Slack at all: slack-oauth sandbox',
]

/** @throws SlackOAuthError `missing_setting` */
export function clientId(
  env: Environment,
  flags: AppFlags,
  furtherHints: readonly string[] = [],
): string {
  const id = optionalClientId(env, flags)
  if (id !== undefined) return id
  throw new SlackOAuthError('missing_setting', "The app's client ID is not set", {
    hint: 'Set SLACK_CLIENT_ID, or use --client-id; it is under Basic Information at https://api.slack.com/apps',
    furtherHints,
  })
}

export function optionalClientId(env: Environment, flags: AppFlags): string | undefined {
  return flags.clientId ?? env.SLACK_CLIENT_ID
}

/**
 * What to ask for at an installation.
 *
 * @throws SlackOAuthError `invalid_scope`, `missing_setting`: what Slack would refuse on its page
 */
export function wantedScopes(
  env: Environment,
  flags: ScopeFlags,
  manifest: ManifestSettings = {},
): { scopes: string[]; userScopes: string[] } {
  const named = namedScopes(env, flags, manifest)
  assertInstallable(named.scopes, named.userScopes)
  return named
}

/** The scopes that the settings name; none is as good as any. */
export function namedScopes(
  env: Environment,
  flags: ScopeFlags,
  manifest: ManifestSettings = {},
): { scopes: string[]; userScopes: string[] } {
  const { SLACK_SCOPES: scopes, SLACK_USER_SCOPES: userScopes } = env
  return {
    scopes: parseScopes(flags.scopes ?? (scopes ? [scopes] : (manifest.scopes ?? []))),
    userScopes: parseScopes(
      flags.userScopes ?? (userScopes ? [userScopes] : (manifest.userScopes ?? [])),
    ),
  }
}

export function redirectUris(
  env: Environment,
  flags: SlackFlags,
  manifest: ManifestSettings = {},
): URL[] {
  return redirectUriTexts(env, flags, manifest).map(parseRedirectUri)
}

/**
 * As they are written, whether or not this program could receive on them.
 *
 * @throws SlackOAuthError `missing_setting` for a manifest without any
 */
export function redirectUriTexts(
  { SLACK_REDIRECT_URI: uri }: Environment,
  { redirectUri: named }: Pick<SlackFlags, 'redirectUri'>,
  { redirectUris }: ManifestSettings,
): readonly string[] {
  const texts = named ?? (uri ? [uri] : (redirectUris ?? [DEFAULT_REDIRECT_URI]))
  if (texts.length > 0) return texts
  throw new SlackOAuthError('missing_setting', 'The manifest has no redirect_urls', {
    hint: `Slack installs no app without one: add ${DEFAULT_REDIRECT_URI} to it and to the app, or name one with --redirect-uri`,
  })
}

/** Where Slack and people reach `serve`; undefined where nothing says. */
export function publicRedirectUri(
  env: Environment,
  { redirectUri }: { readonly redirectUri?: string },
  { redirectUris = [] }: ManifestSettings,
): URL | undefined {
  const text = redirectUri ?? env.SLACK_REDIRECT_URI ?? redirectUris[0]
  return text === undefined ? undefined : parseRedirectUri(text)
}
