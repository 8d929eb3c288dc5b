import { readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { SlackOAuthError } from '../errors.js'
import { DEFAULT_REDIRECT_URI, parseRedirectUri } from '../slack/redirect-uri.js'
import { assertInstallable, parseScopes } from '../slack/scopes.js'
import { DEFAULT_SLACK_URL, parseSlackUrl } from '../slack/slack-url.js'
import type { Context } from './context.js'
import type {
  AppFlags,
  EnvFlags,
  ScopeFlags,
  SlackFlags,
  SlackUrlFlags,
  StoreFlags,
} from './options.js'
import { warn } from './output.js'

type Environment = Context['env']

/**
 * The environment, and what an `--env-file` adds to it: as with Node's own option of that name, what
 * the environment says already stands. An empty value says nothing.
 */
export function environment({ env }: Context, { envFile }: EnvFlags): Environment {
  const set = withoutBlanks(env)
  if (envFile === undefined) return set
  const added = withoutBlanks(parseEnv(contents(envFile, '--env-file')))
  if (Object.keys(added).length === 0) {
    throw new SlackOAuthError('usage', `The env file ${envFile} holds no settings`, {
      hint: 'Is the program that writes it still starting?',
    })
  }
  // One setting by two names: a secret in the file is not to beat the file that the environment names
  if (set.SLACK_CLIENT_SECRET_FILE) delete added.SLACK_CLIENT_SECRET
  return { ...added, ...set }
}

function withoutBlanks(env: Environment): Record<string, string | undefined> {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const)
  return Object.fromEntries(trimmed.filter(([, value]) => value))
}

/** @throws SlackOAuthError `missing_setting` */
export function clientId(env: Environment, flags: AppFlags): string {
  const id = optionalClientId(env, flags)
  if (id !== undefined) return id
  throw new SlackOAuthError('missing_setting', "The app's client ID is not set", {
    hint: 'Set SLACK_CLIENT_ID, or use --client-id; it is under Basic Information at https://api.slack.com/apps',
  })
}

export function optionalClientId(env: Environment, flags: AppFlags): string | undefined {
  return flags.clientId ?? env.SLACK_CLIENT_ID
}

/**
 * From the environment or a file it names. There is no option: the process list shows those.
 *
 * @throws SlackOAuthError `missing_setting`
 */
export function clientSecret(env: Environment): string {
  const { SLACK_CLIENT_SECRET: secret, SLACK_CLIENT_SECRET_FILE: file } = env
  if (secret) return secret
  const stored = file ? contents(file, 'SLACK_CLIENT_SECRET_FILE').trim() : ''
  if (stored !== '') return stored
  throw new SlackOAuthError(
    'missing_setting',
    file ? `The client secret file ${file} is empty` : "The app's client secret is not set",
    {
      hint: 'Set SLACK_CLIENT_SECRET, or SLACK_CLIENT_SECRET_FILE to a file that holds it; it is under Basic Information at https://api.slack.com/apps',
    },
  )
}

/**
 * What to ask for at an installation.
 *
 * @throws SlackOAuthError `invalid_scope`, `missing_setting`: what Slack would refuse on its page
 */
export function wantedScopes(
  env: Environment,
  flags: ScopeFlags,
): { scopes: string[]; userScopes: string[] } {
  const named = namedScopes(env, flags)
  assertInstallable(named.scopes, named.userScopes)
  return named
}

/** The scopes that the settings name; none is as good as any. */
export function namedScopes(
  env: Environment,
  flags: ScopeFlags,
): { scopes: string[]; userScopes: string[] } {
  return {
    scopes: parseScopes(flags.scopes ?? [env.SLACK_SCOPES ?? '']),
    userScopes: parseScopes(flags.userScopes ?? [env.SLACK_USER_SCOPES ?? '']),
  }
}

export function redirectUris(env: Environment, flags: SlackFlags): URL[] {
  const texts = flags.redirectUri ?? [env.SLACK_REDIRECT_URI ?? DEFAULT_REDIRECT_URI]
  return texts.map(parseRedirectUri)
}

export function slackUrl(env: Environment, flags: SlackUrlFlags): string {
  return parseSlackUrl(flags.slackUrl ?? env.SLACK_OAUTH_SLACK_URL ?? DEFAULT_SLACK_URL)
}

/** Where the store is: a URL, or a file, by default in the user's data folder of the platform. */
export async function storeLocation(
  context: Context,
  env: Environment,
  flags: StoreFlags,
): Promise<string> {
  const named = flags.db ?? env.SLACK_OAUTH_DB
  if (flags.db?.includes('://')) await warnOfPassword(context, flags.db)
  if (named) return named.includes('://') || named === ':memory:' ? named : absolute(named)
  const { default: envPaths } = await import('env-paths')
  const folder = envPaths('slack-oauth', { suffix: '' }).data
  if (isAbsolute(folder)) return join(folder, 'installations.db')
  // An empty HOME would put the tokens into whatever folder one is in
  throw new SlackOAuthError('usage', `The data folder ${folder} is not an absolute path`, {
    hint: 'Set HOME, or name the store with --db or SLACK_OAUTH_DB',
  })
}

async function warnOfPassword(context: Context, url: string): Promise<void> {
  const { holdsPassword } = await import('../store/open-store.js')
  if (!holdsPassword(url)) return
  await warn(
    context,
    'The process list shows the password in --db: put the URL into SLACK_OAUTH_DB, or the password into PGPASSWORD or ~/.pgpass',
  )
}

function contents(path: string, setting: string): string {
  try {
    // PowerShell writes a mark at the beginning, which would hide the first setting
    const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '')
    if (!text.includes('\0')) return text
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SlackOAuthError('usage', `Cannot read the file ${path} of ${setting}: ${code}`, {
      cause: error,
    })
  }
  throw new SlackOAuthError('usage', `The file ${path} of ${setting} is not text in UTF-8`, {
    hint: 'Write it as UTF-8',
  })
}

function absolute(path: string): string {
  try {
    return resolve(path)
  } catch (error) {
    throw new SlackOAuthError('usage', `The folder that ${path} is to be in is gone`, {
      hint: 'Change to a folder that exists, or name the store by its whole path',
      cause: error,
    })
  }
}
