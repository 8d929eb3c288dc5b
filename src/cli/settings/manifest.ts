import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { protect } from '../../base/redact.ts'
import { namedFile } from '../../base/setting-file.ts'
import type { Manifest, ManifestSettings } from '../../slack/manifest/manifest.ts'
import type { Context } from '../context.ts'
import type { ManifestFlags, ScopeFlags } from '../options/shared-options.ts'
import { warn } from '../terminal/output.ts'
import { namedScopes, redirectUriTexts } from './app.ts'

/** What a manifest is made of, beside the scopes. */
export interface AppSettingFlags extends ManifestFlags, ScopeFlags {
  readonly name?: string
  readonly redirectUri?: readonly string[]
  readonly optionalScopes?: readonly string[]
  readonly optionalUserScopes?: readonly string[]
  readonly signIn?: true
  readonly rotation?: true
  readonly pkce?: true
  readonly org?: true
}

/** What the manifest that `--manifest` names says; other settings stand before it. */
export async function manifestDefaults({ manifest }: ManifestFlags): Promise<ManifestSettings> {
  if (manifest === undefined) return {}
  const { manifestSettings } = await import('../../slack/manifest/manifest.ts')
  return manifestSettings(await readManifestFile(manifest, '--manifest'))
}

/** The file may be older than the app: for Slack's page to decide, but not in silence. */
export async function warnOfUnregistered(
  context: Context,
  redirectUris: readonly URL[],
  { registered }: ManifestSettings,
): Promise<void> {
  if (registered === undefined) return
  const { isRegistered } = await import('../../slack/authorize/redirect-uri.ts')
  for (const uri of redirectUris.filter((each) => !isRegistered(each, registered))) {
    const found = registered.join(', ') || 'none'
    await warn(
      context,
      `The manifest lists no redirect URL for ${uri.href} (it lists ${found}): Slack's page refuses it unless the app has one`,
    )
  }
}

/** @throws SlackOAuthError `usage`, `invalid_manifest` */
export async function readManifestFile(path: string, option: string): Promise<Manifest> {
  const { readManifest } = await import('../../formats/manifest-text.ts')
  return readManifest(namedFile(path, option), path)
}

/**
 * The manifest of an app for the settings in use. One to begin with is what is being worked on: only
 * options change it, and the environment, which may be that of another app, fills what it lacks.
 *
 * @throws SlackOAuthError for what Slack would refuse
 */
export async function manifestOf(env: Environment, flags: AppSettingFlags): Promise<Manifest> {
  const { createManifest, manifestSettings } = await import('../../slack/manifest/manifest.ts')
  const { assertValidManifest } = await import('../../slack/manifest/rules.ts')
  const { parseScopes } = await import('../../slack/authorize/scopes.ts')
  const base =
    flags.manifest === undefined ? undefined : await readManifestFile(flags.manifest, '--manifest')
  const ofBase = base ? manifestSettings(base) : {}
  const { scopes, redirect_urls: uris } = base?.oauth_config ?? {}
  const hasUris = (uris ?? []).length > 0
  const manifest = createManifest({
    ...(base && { base }),
    ...(flags.name && { name: flags.name }),
    redirectUris: redirectUriTexts(hasUris ? {} : env, flags, {
      ...(uris && hasUris && { redirectUris: uris }),
    }),
    ...namedScopes(scopes ? {} : env, flags, ofBase),
    optionalScopes: parseScopes(flags.optionalScopes ?? []),
    optionalUserScopes: parseScopes(flags.optionalUserScopes ?? []),
    ...flagsOf(flags),
  })
  if (Object.keys(manifest.oauth_config?.scopes ?? {}).length === 0) {
    throw new SlackOAuthError('missing_setting', 'No scopes for the app', {
      hint: 'Name bot scopes with --scopes, user scopes with --user-scopes, or --sign-in',
    })
  }
  assertValidManifest(manifest, 'The manifest')
  return manifest
}

function flagsOf({ signIn, rotation, pkce, org }: AppSettingFlags): Record<string, true> {
  const set = Object.entries({ signIn, rotation, pkce, org })
  return Object.fromEntries(set.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

/**
 * An app configuration token, from the environment or a file it names, never an option.
 *
 * @throws SlackOAuthError `missing_setting`
 */
export function configToken(env: Environment): string {
  const token = optionalConfigToken(env)
  if (token !== undefined) return token
  throw new SlackOAuthError('missing_setting', 'No app configuration token is set', {
    hint: 'Set SLACK_CONFIG_TOKEN, or SLACK_CONFIG_TOKEN_FILE to a file that holds it: "Your App Configuration Tokens" at https://api.slack.com/apps',
  })
}

export function optionalConfigToken(env: Environment): string | undefined {
  const { SLACK_CONFIG_TOKEN: token, SLACK_CONFIG_TOKEN_FILE: file } = env
  const found =
    token || (file ? namedFile(file, 'SLACK_CONFIG_TOKEN_FILE').trim() : '') || undefined
  protect(found)
  return found
}
