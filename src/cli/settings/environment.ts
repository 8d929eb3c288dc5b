import { isAbsolute } from 'node:path'
import { parseEnv } from 'node:util'
import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { isFileOpenToOthers } from '../../base/file-permissions.ts'
import { namedFile } from '../../base/setting-file.ts'
import type { Context } from '../context.ts'
import type { EnvFlags } from '../options/shared-options.ts'
import { warn } from '../terminal/output.ts'
import { protectSettings, secretSettings } from './secrets.ts'

const told = new WeakMap<Context, Set<string>>()

/** Says once of each file with secrets in it that other users of the machine can read it. */
function warnOfExposedFiles(
  context: Context,
  env: Environment,
  { envFile }: { readonly envFile?: string },
): void {
  const named = secretSettings.map((name) => env[`${name}_FILE`])
  const ofEnvFile = holdsSecrets(context, env) ? [envFile] : []
  const heard = told.get(context) ?? new Set()
  told.set(context, heard)
  for (const file of [...ofEnvFile, ...named]) {
    if (file === undefined || heard.has(file) || !isFileOpenToOthers(file)) continue
    heard.add(file)
    void warn(context, `${file} holds secrets and others can read it: chmod 600 '${file}'`)
  }
}

/** Whether an env file has added a secret; those of a sandbox, on this machine, are none. */
function holdsSecrets(context: Context, env: Environment): boolean {
  const isOfSandbox = env.SLACK_OAUTH_SLACK_URL?.startsWith('http:') ?? false
  return !isOfSandbox && secretSettings.some((name) => env[name] && !context.env[name])
}

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
  protectSettings(added)
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
