import { statSync } from 'node:fs'
import type { Setting, Settings } from '../flows/doctor/settings.js'
import { DEFAULT_REDIRECT_URI } from '../slack/redirect-uri.js'
import { DEFAULT_SLACK_URL } from '../slack/slack-url.js'
import type { Context } from './context.js'
import type {
  AppFlags,
  EnvFlags,
  RedirectFlags,
  ScopeFlags,
  SlackUrlFlags,
  StoreFlags,
} from './options.js'
import { clientSecret } from './secrets.js'
import { environment } from './settings.js'
import { storeLocation } from './store-location.js'

type Flags = EnvFlags & AppFlags & ScopeFlags & SlackUrlFlags & RedirectFlags & StoreFlags

/** Every setting, and where its value came from. */
export interface SettingSources {
  readonly settings: Settings
  readonly redirectUris: readonly Setting[]
  store(): Promise<Setting>
}

export function settingSources(context: Context, flags: Flags): SettingSources {
  const { env, envFileError } = readEnvironment(context, flags)
  const from = (name: string) =>
    context.env[name]?.trim() ? `${name} of the environment` : `${name} of ${flags.envFile}`
  const setting = (name: string, option?: string, value?: string): Setting | undefined => {
    if (value !== undefined) return { value, from: option ?? '' }
    const set = env[name]
    return set === undefined ? undefined : { value: set, from: from(name) }
  }
  const listed = (name: string, option: string, values?: readonly string[]) =>
    setting(name, option, values?.join(' '))
  return {
    settings: {
      envFileError,
      clientId: setting('SLACK_CLIENT_ID', '--client-id', flags.clientId),
      ...secretSource(env, from),
      scopes: listed('SLACK_SCOPES', '--scopes', flags.scopes),
      userScopes: listed('SLACK_USER_SCOPES', '--user-scopes', flags.userScopes),
      slackUrl: setting('SLACK_OAUTH_SLACK_URL', '--slack-url', flags.slackUrl) ?? {
        value: DEFAULT_SLACK_URL,
        from: 'the default',
      },
    },
    redirectUris: flags.redirectUri?.map((value) => ({ value, from: '--redirect-uri' })) ?? [
      setting('SLACK_REDIRECT_URI') ?? { value: DEFAULT_REDIRECT_URI, from: 'the default' },
    ],
    async store() {
      const named = setting('SLACK_OAUTH_DB', '--db', flags.db)
      return { value: await storeLocation(context, env, flags), from: named?.from ?? 'the default' }
    },
  }
}

function readEnvironment(
  context: Context,
  flags: Flags,
): { env: Context['env']; envFileError?: unknown } {
  try {
    return { env: environment(context, flags) }
  } catch (envFileError) {
    return { env: environment(context, {}), envFileError }
  }
}

/** Of the secret itself, nothing leaves here. */
function secretSource(
  env: Context['env'],
  from: (name: string) => string,
): Pick<Settings, 'clientSecret' | 'unusedSecret'> {
  const { SLACK_CLIENT_SECRET: secret, SLACK_CLIENT_SECRET_FILE: file } = env
  if (secret === undefined && file === undefined) return {}
  if (secret !== undefined) {
    const source = { clientSecret: { from: from('SLACK_CLIENT_SECRET') } }
    return file === undefined ? source : { ...source, unusedSecret: 'SLACK_CLIENT_SECRET_FILE' }
  }
  const source = `${file} (${from('SLACK_CLIENT_SECRET_FILE')})`
  try {
    clientSecret(env)
    return { clientSecret: { from: source, isOpen: isOpenToOthers(file ?? '') } }
  } catch (error) {
    return { clientSecret: { from: source, error } }
  }
}

function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
}
