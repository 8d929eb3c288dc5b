import { isFileOpenToOthers } from '../private-files.js'
import type { Context } from './context.js'
import { warn } from './output.js'
import { secretSettings } from './secret-settings.js'

const told = new WeakMap<Context, Set<string>>()

/** Says once of each file with secrets in it that other users of the machine can read it. */
export function warnOfExposedFiles(
  context: Context,
  env: Context['env'],
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
function holdsSecrets(context: Context, env: Context['env']): boolean {
  const isOfSandbox = env.SLACK_OAUTH_SLACK_URL?.startsWith('http:') ?? false
  return !isOfSandbox && secretSettings.some((name) => env[name] && !context.env[name])
}
