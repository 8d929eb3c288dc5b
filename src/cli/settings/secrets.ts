import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { protect, redact } from '../../base/redact.ts'
import { namedFile } from '../../base/setting-file.ts'

/** Each has a twin of that name and `_FILE`. */
export const secretSettings = [
  'SLACK_CLIENT_SECRET',
  'SLACK_SIGNING_SECRET',
  'SLACK_CONFIG_TOKEN',
  'SLACK_OAUTH_KEY',
] as const

/** From now on no output shows these secrets, also where a server or a library repeats them. */
export function protectSettings(env: Environment): void {
  for (const name of [...secretSettings, 'PGPASSWORD']) protect(env[name])
  for (const value of Object.values(env)) protectPassword(value ?? '')
}

/**
 * Takes out of an environment what a program that we start and that outlives us, such as a browser, has no use
 * for: our settings, those of PostgreSQL, and every value that holds a secret.
 */
export function removeSecrets(env: NodeJS.ProcessEnv): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (/^(?:SLACK_|PG[A-Z])/i.test(name) || redact(value) !== value) delete env[name]
  }
}

/** The password in the address of a proxy or a database, as it is written and as it is meant. */
function protectPassword(value: string): void {
  const [, password] = /^[a-z][a-z\d+.-]*:\/\/[^:@/]*:(.+)@/is.exec(value.trim()) ?? []
  if (password === undefined) return
  protect(password)
  try {
    protect(decodeURIComponent(password))
  } catch {
    // It is not percent-encoded
  }
}

/**
 * From the environment or a file it names. There is no option: the process list shows those.
 *
 * @throws SlackOAuthError `missing_setting`
 */
export function clientSecret(env: Environment): string {
  return secretSetting(env, 'client')
}

/** What Slack signs its requests with; as {@link clientSecret}. */
export function signingSecret(env: Environment): string {
  return secretSetting(env, 'signing')
}

function secretSetting(env: Environment, kind: 'client' | 'signing'): string {
  const name = `SLACK_${kind.toUpperCase()}_SECRET`
  const [secret, file] = [env[name], env[`${name}_FILE`]]
  if (secret) return secret
  const stored = file ? namedFile(file, `${name}_FILE`).trim() : ''
  protect(stored)
  if (stored !== '') return stored
  throw new SlackOAuthError(
    'missing_setting',
    file ? `The ${kind} secret file ${file} is empty` : `The app's ${kind} secret is not set`,
    {
      hint: `Set ${name}, or ${name}_FILE to a file that holds it; it is under Basic Information at https://api.slack.com/apps`,
    },
  )
}
