import { Command } from 'commander'
import type { Context } from '../context.ts'
import {
  type AppFlags,
  type ManifestFlags,
  type ScopeFlags,
  type SlackFlags,
  type StoreFlags,
  withApp,
  withJson,
  withManifest,
  withScopes,
  withSlack,
  withStore,
} from '../options/shared-options.ts'
import { redirectUris, wantedScopes } from '../settings/app.ts'
import { environment } from '../settings/environment.ts'
import { manifestDefaults, warnOfUnregistered } from '../settings/manifest.ts'
import { slackUrl } from '../settings/slack.ts'
import { clientIdOrOnly, storeLocation, withOpenStore } from '../settings/store.ts'
import { printJson } from '../terminal/output.ts'

interface Flags extends StoreFlags, AppFlags, ScopeFlags, ManifestFlags, SlackFlags {
  readonly json?: true
}

export function urlCommand(context: Context): Command {
  const command = new Command('url')
    .description(
      "Print a URL of Slack's consent page. Its state is issued in the store, good once and for ten " +
        'minutes: an app on the same store takes the redirect.',
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth url --scopes chat:write
  slack-oauth url --user-scopes search:read --team T0123ABCD --json`,
    )
    .action((flags: Flags) => runUrl(context, flags))
  const asked = withManifest(withScopes(withApp(command)))
  return withJson(withStore(withSlack(asked, 'of several, the first alone is used')))
}

async function runUrl(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const manifest = await manifestDefaults(flags)
  const asked = wantedScopes(env, flags, manifest)
  const location = await storeLocation(context, env, flags)
  const [redirectUri] = redirectUris(env, flags, manifest)
  if (redirectUri) await warnOfUnregistered(context, [redirectUri], manifest)
  const { AuthorizeUrlGenerator } = await import('../../slack/authorize/authorize-url.ts')
  const { STATE_LIFETIME_SECONDS } = await import('../../store/state-store.ts')
  const generator = new AuthorizeUrlGenerator({
    clientId: await clientIdOrOnly(env, flags, location),
    ...asked,
    ...(redirectUri && { redirectUri: redirectUri.href }),
    authorizationUrl: `${slackUrl(env, flags)}/oauth/v2/authorize`,
  })
  await withOpenStore(context, location, { mustExist: false, env }, async ({ states }) => {
    const state = await states.issue()
    const url = generator.generate(state, flags.team ? { team: flags.team } : {})
    if (flags.json) {
      const expiresAt = Math.floor(context.now() + STATE_LIFETIME_SECONDS)
      await printJson(context, {
        url,
        state,
        redirect_uri: redirectUri?.href,
        expires_at: expiresAt,
      })
    } else {
      context.stdout.write(`${url}\n`)
    }
  })
}
