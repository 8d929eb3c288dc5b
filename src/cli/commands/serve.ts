import { Command } from 'commander'
import type { Environment } from '../../base/environment.ts'
import type { Serving } from '../../serve/serve.ts'
import type { ServeSettings } from '../../serve/settings.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { notEmpty } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  type ManifestFlags,
  type ScopeFlags,
  type SlackUrlFlags,
  type StoreFlags,
  withApp,
  withJson,
  withManifest,
  withScopes,
  withSlackUrl,
  withStore,
} from '../options/shared-options.ts'
import { publicRedirectUri, wantedScopes } from '../settings/app.ts'
import { environment } from '../settings/environment.ts'
import { manifestDefaults } from '../settings/manifest.ts'
import { renewalNeeds } from '../settings/renewal.ts'
import { clientSecret, signingSecret } from '../settings/secrets.ts'
import { clientIdOrOnly, storeLocation, withOpenStore } from '../settings/store.ts'
import { say, warn } from '../terminal/output.ts'
import { requestLog } from './serve-log.ts'
import {
  type ForwardFlags,
  forwardTarget,
  isLoopbackHost,
  type ServeAddress,
  serveAddress,
} from './serve-options.ts'

interface Flags
  extends StoreFlags,
    AppFlags,
    ScopeFlags,
    ManifestFlags,
    SlackUrlFlags,
    ForwardFlags {
  readonly listen?: ServeAddress
  readonly redirectUri?: string
  readonly json?: true
}

const DEFAULT_PORT = 8910
/** Of Slack's patience of three seconds, a request has no more to wait for anyway. */
const SLACK_TIMEOUT_SECONDS = 8

export function serveCommand(context: Context): Command {
  const command = new Command('serve')
    .description(
      'Serve an install page, the callback, and the URLs that Slack sends events, commands and ' +
        'interactivity to. Each signature is checked, and the token is looked up. The signing ' +
        'secret is SLACK_SIGNING_SECRET (or SLACK_SIGNING_SECRET_FILE). Standard output has a ' +
        'line for each request.',
    )
    .option(
      '--listen <address>',
      `PORT or ADDRESS:PORT (default: the port of a redirect URI on localhost, else ${DEFAULT_PORT})`,
      serveAddress,
    )
    .option(
      '--redirect-uri <uri>',
      'as registered at Slack; behind a tunnel, https://NAME/slack/oauth_redirect (SLACK_REDIRECT_URI)',
      notEmpty,
    )
    .option('--forward <url>', 'send verified requests on to your app', notEmpty)
    .option(
      '--token-header <name>',
      'with --forward to localhost: put the token into this header',
      notEmpty,
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth serve --scopes chat:write,commands
  slack-oauth serve --scopes commands --forward http://localhost:3000`,
    )
    .action((flags: Flags) => runServe(context, flags))
  return withJson(withStore(withSlackUrl(withManifest(withScopes(withApp(command))))))
}

async function runServe(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const location = await storeLocation(context, env, flags)
  const forward = forwardTarget(flags)
  const manifest = await manifestDefaults(flags)
  const named = publicRedirectUri(env, flags, manifest)
  const known: Omit<ServeSettings, 'redirectUri'> = {
    credentials: {
      clientId: await clientIdOrOnly(env, flags, location),
      clientSecret: clientSecret(env),
    },
    signingSecret: signingSecret(env),
    ...wantedScopes(env, flags, manifest),
    ...(forward && { forward }),
  }
  const { host, port } = flags.listen ?? { port: localPort(named) }
  const settings = (used: number): ServeSettings => ({
    ...known,
    redirectUri: named ?? new URL(`http://localhost:${used}/slack/oauth_redirect`),
  })
  if (host !== undefined && !isLoopbackHost(host)) {
    await warn(
      context,
      `Others on the network can reach ${host}: name localhost unless they are to`,
    )
  }
  if (named?.protocol === 'https:' && isLoopback(named)) {
    await warn(
      context,
      `serve speaks plain http: what answers at ${named.origin} has to be a proxy of yours, with a certificate`,
    )
  }

  const { serve } = await import('../../serve/serve.ts')
  const { LOOPBACK_ADDRESSES } = await import('../../loopback/listen-address.ts')
  const log = requestLog(context, { json: flags.json === true })
  // What is under way at a signal is finished first: a code or a refresh token is good once
  const ending = new AbortController()
  await withOpenStore(context, location, { mustExist: false, env }, async (store) => {
    const needs = neededBy(context, env, flags, store, ending.signal)
    const address = { hosts: host === undefined ? LOOPBACK_ADDRESSES : [host], port }
    const serving = await serve({ ...needs, store, report: log.write }, address, settings)
    try {
      announce(context, serving, settings(serving.port))
      await signalled(context)
      say(context, 'Finishing what is under way')
    } finally {
      await serving.stop()
      ending.abort(context.signal.reason)
      log.flush()
    }
  })
}

function neededBy(
  context: Context,
  env: Environment,
  flags: Flags,
  store: Store,
  signal: AbortSignal,
) {
  return renewalNeeds(
    { ...context, signal },
    env,
    { ...flags, timeout: SLACK_TIMEOUT_SECONDS },
    store,
  )
}

/** The redirect URI and the address come from one another, unless both are named. */
function localPort(redirectUri: URL | undefined): number {
  return redirectUri?.protocol === 'http:' ? Number(redirectUri.port || 80) : DEFAULT_PORT
}

function announce(context: Context, { port }: Serving, { redirectUri, forward }: ServeSettings) {
  const { origin } = redirectUri
  say(context, `Serving on port ${port} until you press Ctrl-C`)
  say(context, `  install page   ${origin}/slack/install`)
  say(context, `  redirect URL   ${redirectUri.href}`)
  // Each whole, and alone on its line: it goes into a form of Slack's
  say(context, `  request URLs   ${origin}/slack/events`)
  say(context, `                 ${origin}/slack/commands`)
  say(context, `                 ${origin}/slack/interactivity`)
  if (forward) say(context, `  forwarded to   ${forward.url.origin}${forward.url.pathname}`)
}

function signalled({ signal }: Context): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}
