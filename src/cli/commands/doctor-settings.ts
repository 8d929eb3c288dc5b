import type { Environment } from '../../base/environment.ts'
import { isFileOpenToOthers } from '../../base/file-permissions.ts'
import type { SecretSource, Setting, Settings } from '../../flows/doctor/settings.ts'
import { DEFAULT_REDIRECT_URI } from '../../slack/authorize/redirect-uri.ts'
import { DEFAULT_SLACK_URL } from '../../slack/slack-url.ts'
import type { KeySource } from '../../store/encryption/key-ring.ts'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import type { Context } from '../context.ts'
import type {
  AppFlags,
  EnvFlags,
  RedirectFlags,
  ScopeFlags,
  SlackUrlFlags,
  StoreFlags,
} from '../options/shared-options.ts'
import { unjudgedEnvironment } from '../settings/environment.ts'
import { clientSecret, signingSecret } from '../settings/secrets.ts'
import { storeLocation } from '../settings/store.ts'

type Flags = EnvFlags & AppFlags & ScopeFlags & SlackUrlFlags & RedirectFlags & StoreFlags

/** Every setting, and where its value came from. */
export interface SettingSources {
  readonly settings: Settings
  readonly redirectUris: readonly Setting[]
  store(): Promise<Setting>
  /** That of a sealed store. */
  readonly storeKey: KeySource
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
      clientSecret: secretSource(env, from, 'SLACK_CLIENT_SECRET'),
      signingSecret: secretSource(env, from, 'SLACK_SIGNING_SECRET'),
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
    storeKey: () => keyFromEnvironment(env),
    async store() {
      const named = setting('SLACK_OAUTH_DB', '--db', flags.db)
      return { value: await storeLocation(context, env, flags), from: named?.from ?? 'the default' }
    },
  }
}

function readEnvironment(
  context: Context,
  flags: Flags,
): { env: Environment; envFileError?: unknown } {
  try {
    return { env: unjudgedEnvironment(context, flags) }
  } catch (envFileError) {
    return { env: unjudgedEnvironment(context, {}), envFileError }
  }
}

/** Of the secret itself, nothing leaves here. */
function secretSource(
  env: Environment,
  from: (name: string) => string,
  name: 'SLACK_CLIENT_SECRET' | 'SLACK_SIGNING_SECRET',
): SecretSource | undefined {
  const [secret, file] = [env[name], env[`${name}_FILE`]]
  if (secret !== undefined) {
    return { from: from(name), ...(file !== undefined && { unused: `${name}_FILE` }) }
  }
  if (file === undefined) return undefined
  const source = `${file} (${from(`${name}_FILE`)})`
  try {
    if (name === 'SLACK_CLIENT_SECRET') clientSecret(env)
    else signingSecret(env)
    return { from: source, isOpen: isFileOpenToOthers(file) }
  } catch (error) {
    return { from: source, error }
  }
}
