import { execFile } from 'node:child_process'
import { basename, dirname, resolve } from 'node:path'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import type { Manifest } from '../../slack/manifest/manifest.ts'
import type { Context } from '../context.ts'
import { printJson, say, warn } from '../terminal/output.ts'
import { printDetails } from '../terminal/table.ts'

export const DEFAULT_CREDENTIALS = '.env.slack-oauth'

export interface Creation {
  readonly manifest: Manifest
  readonly configToken: string
  readonly slack: SlackOptions
  readonly credentials?: string
  readonly json?: true
}

/** Before it is too late: what Slack offers no switch back for. */
export async function warnOfOneWays(context: Context, manifest: Manifest): Promise<void> {
  if (manifest.oauth_config?.pkce_enabled) {
    await warn(
      context,
      "PKCE cannot be turned off again without Slack's support. With it, no bot scopes over localhost, and refresh tokens end after 30 days",
    )
  }
  if (manifest.settings?.token_rotation_enabled) {
    await warn(context, 'Token rotation cannot be turned off again')
  }
}

/** Makes an app at Slack, puts its secrets into a file, and says what to do next. */
export async function makeApp(context: Context, creation: Creation): Promise<void> {
  const { manifest, configToken, slack, credentials = DEFAULT_CREDENTIALS } = creation
  const envFile = resolve(credentials)
  const { createAppWithEnvFile } = await import('../../flows/create-app.ts')
  const { manifestSettings } = await import('../../slack/manifest/manifest.ts')
  const { appsUrl } = await import('../../slack/slack-url.ts')
  const { scopes = [], userScopes = [], redirectUris = [] } = manifestSettings(manifest)
  const request = { manifest, configToken, envFile, scopes, userScopes, redirectUris }
  await warnOfOneWays(context, manifest)
  const app = await createAppWithEnvFile(slack, request)
  const settings = `${appsUrl(slack.slackUrl)}/${app.appId}`
  if (creation.json) {
    const { appId: app_id, clientId: client_id } = app
    await printJson(context, { app_id, client_id, settings_url: settings, env_file: envFile })
  } else {
    await printDetails(context, [
      ['App', app.appId],
      ['Client ID', app.clientId],
      ['Settings', settings],
      ['Credentials', envFile],
    ])
    const pkce = manifest.oauth_config?.pkce_enabled && scopes.length === 0 ? ' --pkce' : ''
    const isSignIn = scopes.length + userScopes.length === 0
    const next = isSignIn ? 'signin' : `install${pkce}`
    say(context, 'Next:')
    const named = /^[\w./-]+$/.test(envFile) ? envFile : `'${envFile.replaceAll("'", "'\\''")}'`
    context.stderr.write(`slack-oauth ${next} --env-file ${named}\n`)
  }
  if (!(await isCommittedByGit(envFile))) return
  await warn(context, `git would commit the secrets in ${envFile}: add it to .gitignore`)
}

/**
 * Whether git would take a file into its next commit; false also where there is no repository, or no
 * git to ask.
 */
function isCommittedByGit(path: string): Promise<boolean> {
  const args = ['check-ignore', '--quiet', '--', basename(path)]
  return new Promise((resolve) => {
    // 0 is ignored, 1 is not, 128 is no repository
    execFile('git', args, { cwd: dirname(path), timeout: 5_000 }, (error) =>
      resolve(error?.code === 1),
    )
  })
}
