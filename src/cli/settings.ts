import { isAbsolute } from 'node:path'
import { parseEnv } from 'node:util'
import { SlackOAuthError } from '../errors.js'
import { namedFile } from '../named-file.js'
import type { ManifestSettings } from '../slack/manifest.js'
import { DEFAULT_REDIRECT_URI, parseRedirectUri } from '../slack/redirect-uri.js'
import { assertInstallable, parseScopes } from '../slack/scopes.js'
import { DEFAULT_SLACK_URL, parseSlackUrl } from '../slack/slack-url.js'
import type { Context } from './context.js'
import { warnOfExposedFiles } from './exposed-files.js'
import type { AppFlags, EnvFlags, ScopeFlags, SlackFlags, SlackUrlFlags } from './options.js'
import { secretSettings } from './secret-settings.js'

type Environment = Context['env']

/**
 * The environment, and what an `--env-file` adds to it: as with Node's own option of that name, what
 * the environment says already stands.
 */
export function environment(context: Context, flags: EnvFlags): Environment {
  const env = unjudgedEnvironment(context, flags)
  warnOfExposedFiles(context, env, flags)
  return env
}

/** The same, without a warning of what others can read. */
export function unjudgedEnvironment(
  { env }: Pick<Context, 'env'>,
  { envFile }: EnvFlags,
): Environment {
  const set = withoutBlanks(env)
  if (envFile === undefined) return set
  const added = withoutBlanks(parseEnv(namedFile(envFile, '--env-file')))
  if (Object.keys(added).length === 0) {
    throw new SlackOAuthError('usage', `The env file ${envFile} holds no settings`, {
      hint: 'Is the program that writes it still starting?',
    })
  }
  // One setting by two names: a secret in the file is not to beat the file that the environment names
  for (const name of secretSettings) {
    if (set[`${name}_FILE`]) delete added[name]
  }
  return { ...added, ...set }
}

/** An empty value says nothing. */
export function withoutBlanks(env: Environment): Record<string, string | undefined> {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const)
  return Object.fromEntries(trimmed.filter(([, value]) => value))
}

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

export function slackUrl(env: Environment, flags: SlackUrlFlags): string {
  return parseSlackUrl(flags.slackUrl ?? env.SLACK_OAUTH_SLACK_URL ?? DEFAULT_SLACK_URL)
}

/** The user's data folder of the platform. */
export async function dataFolder(): Promise<string> {
  const { default: envPaths } = await import('env-paths')
  const folder = envPaths('slack-oauth', { suffix: '' }).data
  if (isAbsolute(folder)) return folder
  // An empty HOME would put the tokens into whatever folder one is in
  throw new SlackOAuthError('usage', `The data folder ${folder} is not an absolute path`, {
    hint: 'Set HOME, or name the store with --db or SLACK_OAUTH_DB',
  })
}
