import { Command, Option } from 'commander'
import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import type { ManifestFormat } from '../../formats/manifest-text.ts'
import type { Manifest } from '../../slack/manifest/manifest.ts'
import type { Context } from '../context.ts'
import { notEmpty, repeatable } from '../options/argument-parsers.ts'
import {
  type EnvFlags,
  type RenewalFlags,
  withEnvFile,
  withJson,
  withManifest,
  withRedirectUri,
  withScopes,
  withSlackUrl,
  withTimeout,
} from '../options/shared-options.ts'
import { environment } from '../settings/environment.ts'
import {
  type AppSettingFlags,
  configToken,
  manifestOf,
  optionalConfigToken,
  readManifestFile,
} from '../settings/manifest.ts'
import { slackOptions, slackUrl } from '../settings/slack.ts'
import { printJson, say, warn } from '../terminal/output.ts'
import { DEFAULT_CREDENTIALS, makeApp, warnOfOneWays } from './manifest-create.ts'

interface Flags extends AppSettingFlags, EnvFlags, RenewalFlags {
  readonly format: ManifestFormat
  readonly create?: true
  readonly credentials?: string
  readonly validate?: string
  readonly json?: true
}

export function manifestCommand(context: Context): Command {
  const command = new Command('manifest')
    .description(
      'Print the manifest of an app for the scopes and redirect URIs in use, and the link that makes ' +
        'the app from it. With --create, make the app, by the app configuration token in ' +
        'SLACK_CONFIG_TOKEN (or SLACK_CONFIG_TOKEN_FILE).',
    )
    .option('--name <name>', "the app's name (default: My app)", notEmpty)
    .addOption(
      new Option('--optional-scopes <list>', 'bot scopes that one may decline').argParser(
        repeatable,
      ),
    )
    .addOption(
      new Option('--optional-user-scopes <list>', 'user scopes that one may decline').argParser(
        repeatable,
      ),
    )
    .option('--sign-in', 'for Sign in with Slack as well: openid, email, profile')
    .option('--rotation', 'tokens that expire and are renewed; cannot be turned off again')
    .option('--pkce', 'a public client; cannot be turned off again')
    .option('--org', 'can be installed for a whole organization')
    .addOption(
      new Option('--format <format>', 'how to write it')
        .choices(['json', 'yaml'])
        .default('json')
        .conflicts(['json', 'create', 'validate']),
    )
    .addOption(new Option('--create', 'make the app at Slack').conflicts('validate'))
    .option(
      '--credentials <file>',
      `with --create: a new env file for the app's secrets (default: ${DEFAULT_CREDENTIALS})`,
      notEmpty,
    )
    .option('--validate <file>', "check a manifest by Slack's rules", notEmpty)
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth manifest --name 'My app' --scopes chat:write --format yaml
  slack-oauth manifest --create --manifest manifest.json
  slack-oauth manifest --validate manifest.json`,
    )
    .action((flags: Flags) => runManifest(context, flags))
  const asked = withManifest(withScopes(command))
  const redirects = withRedirectUri(asked, 'repeat it to register several')
  return withJson(withTimeout(withSlackUrl(withEnvFile(redirects))))
}

async function runManifest(context: Context, flags: Flags): Promise<void> {
  if (flags.credentials !== undefined && !flags.create) {
    throw new SlackOAuthError('usage', '--credentials goes with --create')
  }
  const env = environment(context, flags)
  if (flags.validate !== undefined) return validate(context, env, flags, flags.validate)
  const manifest = await manifestOf(env, flags)
  if (flags.create) {
    const slack = slackOptions(context, slackUrl(env, flags), flags)
    return makeApp(context, { ...flags, manifest, configToken: configToken(env), slack })
  }
  const { manifestText } = await import('../../formats/manifest-text.ts')
  if (flags.json) await printJson(context, manifest)
  else context.stdout.write(await manifestText(manifest, flags.format))
  await inviteToCreate(context, env, flags, manifest)
}

async function inviteToCreate(
  context: Context,
  env: Environment,
  flags: Flags,
  manifest: Manifest,
): Promise<void> {
  const { appsUrl } = await import('../../slack/slack-url.ts')
  await warnOfOneWays(context, manifest)
  if (manifest.oauth_config?.pkce_enabled) {
    await warn(
      context,
      'An app made by the link may come without PKCE: look under OAuth & Permissions, or use --create',
    )
  }
  // %20 and not +, which not everything that reads a URL takes for a blank
  const encoded = encodeURIComponent(JSON.stringify(manifest))
  say(context, 'Make the app from it at')
  context.stderr.write(`${appsUrl(slackUrl(env, flags))}?new_app=1&manifest_json=${encoded}\n`)
}

async function validate(
  context: Context,
  env: Environment,
  flags: Flags,
  path: string,
): Promise<void> {
  const { assertValidManifest } = await import('../../slack/manifest/rules.ts')
  const manifest = await readManifestFile(path, '--validate')
  assertValidManifest(manifest, path)
  const token = optionalConfigToken(env)
  if (token !== undefined) {
    const { validateManifest } = await import('../../slack/methods/apps-manifest.ts')
    const slack = slackOptions(context, slackUrl(env, flags), flags)
    await validateManifest(manifest, token, slack)
  }
  if (flags.json) return printJson(context, { valid: true, asked_slack: token !== undefined })
  say(
    context,
    token === undefined
      ? `${path} keeps the documented rules; with SLACK_CONFIG_TOKEN, Slack is asked as well`
      : `${path} is valid, Slack says so as well`,
  )
}
