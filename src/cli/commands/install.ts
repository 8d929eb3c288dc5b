import { Command } from 'commander'
import type { Installed } from '../../flows/authorize/complete-install.ts'
import { addWorkspacesUrl, type Installation, placeName } from '../../slack/installation.ts'
import { appPageUrl } from '../../slack/slack-url.ts'
import { withPerson } from '../authorize/interactive.ts'
import { type ReceptionFlags, withReception } from '../authorize/redirect-options.ts'
import { waitSettings } from '../authorize/settings.ts'
import type { Context } from '../context.ts'
import { installationJson } from '../json-output.ts'
import {
  type AppFlags,
  type ManifestFlags,
  type ScopeFlags,
  type SlackFlags,
  type StoreFlags,
  type WaitFlags,
  withApp,
  withJson,
  withManifest,
  withScopes,
  withSlack,
  withStore,
  withWait,
} from '../options/shared-options.ts'
import { wantedScopes } from '../settings/app.ts'
import { environment } from '../settings/environment.ts'
import { manifestDefaults } from '../settings/manifest.ts'
import { clientSecret } from '../settings/secrets.ts'
import { clientIdOrOnly, storeLocation, withOpenStore } from '../settings/store.ts'
import { moment, printJson, say, warn } from '../terminal/output.ts'
import { printDetails } from '../terminal/table.ts'

interface Flags
  extends StoreFlags,
    AppFlags,
    ScopeFlags,
    ManifestFlags,
    SlackFlags,
    WaitFlags,
    ReceptionFlags {
  readonly pkce?: true
  readonly revokeLost?: true
  readonly json?: true
}

export function installCommand(context: Context): Command {
  const command = new Command('install')
    .description(
      "Send you through Slack's consent page and store the installation. " +
        'The app is that of SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (or SLACK_CLIENT_SECRET_FILE); ' +
        'the secret is never an option.',
    )
    .option('--revoke-lost', 'have Slack revoke tokens that cannot be stored')
    .option('--pkce', 'as a public client: a verifier in the place of the secret, user scopes only')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth install --scopes chat:write,channels:read
  slack-oauth install --pkce --user-scopes search:read
  slack-oauth install --manifest manifest.json --no-browser`,
    )
    .action((flags: Flags) => runInstall(context, flags))
  return withJson(
    withReception(withWait(withStore(withSlack(withManifest(withScopes(withApp(command))))))),
  )
}

async function runInstall(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const manifest = await manifestDefaults(flags)
  const location = await storeLocation(context, env, flags)
  const wanted = {
    client: {
      clientId: await clientIdOrOnly(env, flags, location),
      // Not even one that is set: Slack renews the tokens of a public client without it
      ...(!flags.pkce && { clientSecret: clientSecret(env) }),
    },
    ...wantedScopes(env, flags, manifest),
    hasPkce: manifest.hasPkce ?? false,
  }
  const { request, reception, slack } = await waitSettings(context, env, flags, manifest)

  const { install } = await import('../../flows/authorize/install.ts')
  const installed = await withOpenStore(context, location, { mustExist: false, env }, (store) =>
    withPerson(context, flags, (person) =>
      install(
        {
          ...person,
          reception,
          store,
          states: store.states,
          slack,
          signal: context.signal,
          now: context.now,
          revokesLost: flags.revokeLost ?? false,
          waiting: () => say(context, 'Waiting for another process that renews one of its tokens'),
        },
        { ...wanted, ...request },
      ),
    ),
  )
  const { storeName } = await import('../../store/open-store.ts')
  const db = await storeName(location)
  await print(context, installed, { db, slackUrl: slack.slackUrl }, flags)
}

async function print(
  context: Context,
  { installation, missing, problem, oddities }: Installed,
  { db, slackUrl }: { readonly db: string; readonly slackUrl: string },
  flags: Flags,
): Promise<void> {
  const notGranted = [...missing.scopes, ...missing.userScopes]
  const addWorkspaces = addWorkspacesUrl(installation, slackUrl)
  const refreshEnds = (installation.user.grant ?? installation.bot)?.refreshTokenExpiresAt
  if (flags.json) {
    await printJson(context, {
      ...installationJson(installation, { reveal: false }),
      missing_scopes: missing.scopes,
      missing_user_scopes: missing.userScopes,
      add_workspaces_url: addWorkspaces ?? null,
      db,
    })
  } else {
    await printDetails(context, [
      ['Installed in', placeName(installation)],
      ['App', installation.appId, appPageUrl(installation.appId, slackUrl)],
      ['Bot scopes', installation.bot?.scopes.join(', ')],
      ['User scopes', installation.user.grant?.scopes.join(', ')],
      ['Not granted', notGranted.join(', ')],
      ['Webhook', webhookInWords(installation)],
      ['Renew until', refreshEnds === undefined ? undefined : moment(refreshEnds)],
      ['Stored in', db],
    ])
    if (addWorkspaces) {
      say(
        context,
        'The app is in no workspace of the organization yet. An admin adds it to them at',
      )
      context.stderr.write(`${addWorkspaces}\n`)
    }
  }
  if (flags.team && installation.team?.id !== flags.team) {
    await warn(context, `You chose ${placeName(installation)}, not ${flags.team}`)
  }
  if (oddities.length > 0) {
    await warn(
      context,
      `Slack's answer was not as documented; these fields were used as far as possible: ${oddities.join(', ')}`,
    )
  }
  if (problem) throw problem
}

/** Its URL is a secret: whoever has it may post. */
function webhookInWords({ incomingWebhook }: Installation): string | undefined {
  if (!incomingWebhook) return undefined
  return `posts to ${incomingWebhook.channel ?? 'its channel'}; its URL: slack-oauth show --reveal`
}
