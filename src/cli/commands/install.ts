import { Command } from 'commander'
import type { Installed } from '../../flows/install.js'
import { placeName } from '../../slack/installation.js'
import { withPerson } from '../authorization.js'
import type { Context } from '../context.js'
import { installationJson } from '../installation-json.js'
import {
  type AppFlags,
  type ScopeFlags,
  type SlackFlags,
  type StoreFlags,
  type WaitFlags,
  withApp,
  withJson,
  withScopes,
  withSlack,
  withStore,
  withWait,
} from '../options.js'
import { printDetails, printJson, warn } from '../output.js'
import {
  clientSecret,
  environment,
  redirectUris,
  slackUrl,
  storeLocation,
  wantedScopes,
} from '../settings.js'
import { slackOptions } from '../slack-options.js'
import { clientIdOrOnly, withOpenStore } from '../stored.js'

interface Flags extends StoreFlags, AppFlags, ScopeFlags, SlackFlags, WaitFlags {
  readonly json?: true
}

export function installCommand(context: Context): Command {
  const command = new Command('install')
    .summary('install the app: consent in the browser, tokens in the store')
    .description(
      "Send you through Slack's consent page and store the installation. " +
        'The app is that of SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (or SLACK_CLIENT_SECRET_FILE); ' +
        'the secret is never an option.',
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth install --scopes chat:write,channels:read
  slack-oauth install --user-scopes search:read --no-browser`,
    )
    .action((flags: Flags) => runInstall(context, flags))
  return withJson(withWait(withStore(withSlack(withScopes(withApp(command))))))
}

async function runInstall(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const location = await storeLocation(context, env, flags)
  const request = {
    credentials: {
      clientId: await clientIdOrOnly(env, flags, location),
      clientSecret: clientSecret(env),
    },
    ...wantedScopes(env, flags),
    redirectUris: redirectUris(env, flags),
    ...(flags.team && { team: flags.team }),
    timeoutSeconds: flags.timeout,
  }
  const slack = slackOptions(context, slackUrl(env, flags), flags)

  const { install } = await import('../../flows/install.js')
  const installed = await withOpenStore(context, location, { mustExist: false }, (store) =>
    withPerson(context, flags, (person) =>
      install({ ...store, ...person, slack, signal: context.signal, now: context.now }, request),
    ),
  )
  const { storeName } = await import('../../store/open-store.js')
  await print(context, installed, await storeName(location), flags)
}

async function print(
  context: Context,
  { installation, missing, problem }: Installed,
  db: string,
  flags: Flags,
): Promise<void> {
  const notGranted = [...missing.scopes, ...missing.userScopes]
  if (flags.json) {
    await printJson(context, {
      ...installationJson(installation, { reveal: false }),
      missing_scopes: missing.scopes,
      missing_user_scopes: missing.userScopes,
      db,
    })
  } else {
    await printDetails(context, [
      ['Installed in', placeName(installation)],
      ['App', installation.appId],
      ['Bot scopes', installation.bot?.scopes.join(', ')],
      ['User scopes', installation.user.grant?.scopes.join(', ')],
      ['Not granted', notGranted.join(', ')],
      ['Webhook', installation.incomingWebhook?.channel],
      ['Stored in', db],
    ])
  }
  if (flags.team && installation.team?.id !== flags.team) {
    await warn(context, `You chose ${placeName(installation)}, not ${flags.team}`)
  }
  if (problem) throw problem
}
