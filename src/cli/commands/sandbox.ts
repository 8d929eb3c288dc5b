import { Command, InvalidArgumentError, Option } from 'commander'
import type { Sandbox } from '#sandbox'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { namedFile } from '../../base/setting-file.ts'
import type { Context } from '../context.ts'
import { repeatable } from '../options/argument-parsers.ts'
import { withJson } from '../options/shared-options.ts'
import { printJson, say } from '../terminal/output.ts'

interface Flags {
  readonly port: number
  readonly config?: string
  readonly redirectUri?: readonly string[]
  readonly requestUrl?: string
  readonly rotation?: true
  readonly pkce?: true
  readonly consent?: 'page' | 'allow' | 'cancel'
  readonly fault?: readonly string[]
  readonly json?: true
}

export function sandboxCommand(context: Context): Command {
  const command = new Command('sandbox')
    .description(
      'Run a local Slack with a consent page, code exchange, token rotation, auth.test and Sign in ' +
        'with Slack. It refuses what Slack refuses. Standard output is an env file for its first app.',
    )
    .addOption(
      new Option('--port <number>', 'where to listen; 0 takes a free one')
        .argParser(port)
        .default(8911),
    )
    .option('--config <file>', 'apps, workspaces and organizations, as JSON')
    .addOption(
      new Option(
        '--redirect-uri <uri>',
        'register this for the app instead of its own (repeatable)',
      ).argParser(repeatable),
    )
    .option(
      '--request-url <url>',
      'where the app takes events, commands and interactions: a URL for all, or an origin',
    )
    .option('--rotation', 'turn token rotation on for the app')
    .option('--pkce', 'make the app a public client')
    .addOption(
      new Option('--consent <answer>', 'answer at once, without a page').choices([
        'page',
        'allow',
        'cancel',
      ]),
    )
    .addOption(
      new Option(
        '--fault <fault>',
        'misbehave: METHOD=KIND[:ARG][*TIMES], as in oauth.v2.access=status:429:5*1 (repeatable)',
      ).argParser(repeatable),
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth sandbox > sandbox.env     # then, in another terminal:
  slack-oauth install --env-file sandbox.env --scopes chat:write`,
    )
    .action((flags: Flags) => runSandbox(context, flags))
  return withJson(command)
}

async function runSandbox(context: Context, flags: Flags): Promise<void> {
  const sandbox = await start(flags)
  try {
    await announce(context, sandbox, flags)
    await new Promise((resolve) => {
      if (context.signal.aborted) resolve(undefined)
      context.signal.addEventListener('abort', resolve)
    })
  } finally {
    await sandbox.close()
  }
}

async function start(flags: Flags): Promise<Sandbox> {
  const sandbox = await import('#sandbox')
  const text = flags.config === undefined ? '{}' : namedFile(flags.config, '--config')
  const options = badInputIsUsage(flags.config, () => {
    const document: unknown = JSON.parse(text)
    const config = sandbox.parseSandboxConfig(document)
    const [app, ...otherApps] = config.apps
    const changed = {
      ...app,
      ...(flags.redirectUri && { redirectUris: flags.redirectUri }),
      ...(flags.requestUrl && { requestUrls: requestUrls(flags.requestUrl) }),
      ...(flags.rotation && { tokenRotation: true }),
      ...(flags.pkce && { pkce: true }),
    }
    // Checked once more, for what the options have put into it
    return sandbox.parseSandboxConfig({
      ...config,
      apps: [changed, ...otherApps],
      ...(flags.consent && { consent: flags.consent }),
    })
  })
  const faults = badInputIsUsage(undefined, () => (flags.fault ?? []).map(sandbox.parseFault))
  try {
    return await sandbox.startSandbox({ ...options, port: flags.port, faults })
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error
    throw new SlackOAuthError('port_in_use', `Port ${flags.port} is in use`, {
      hint: 'Name another with --port; 0 takes a free one',
      cause: error,
    })
  }
}

/** All at one URL, as Bolt takes them; below an origin, each where `serve` takes it. */
function requestUrls(text: string): Record<'events' | 'commands' | 'interactivity', string> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const at = (path: string) => (url?.pathname === '/' ? new URL(path, url).href : text)
  return {
    events: at('/slack/events'),
    commands: at('/slack/commands'),
    interactivity: at('/slack/interactivity'),
  }
}

/** The sandbox explains bad input in one line; where it came from is for us to say. */
function badInputIsUsage<T>(source: string | undefined, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const message = source ? `${source}: ${error.message}` : error.message
    throw new SlackOAuthError('usage', message, { cause: error })
  }
}

async function announce(context: Context, sandbox: Sandbox, flags: Flags): Promise<void> {
  const { url, apps, workspaces, enterprises, configToken } = sandbox
  say(context, `A Slack of your own listens on ${url} until you press Ctrl-C`)
  for (const app of apps) {
    say(
      context,
      `  app ${app.name}: client ID ${app.clientId}, redirects to ${app.redirectUris.join(', ')}`,
    )
  }
  for (const { name, id, members } of workspaces) {
    say(context, `  workspace ${name} (${id}): ${members.map((member) => member.name).join(', ')}`)
  }
  if (flags.json) {
    await printJson(context, { url, apps, workspaces, enterprises, configToken })
    return
  }
  const [app] = apps
  context.stdout.write(
    [
      `SLACK_OAUTH_SLACK_URL=${url}`,
      `SLACK_CLIENT_ID=${app?.clientId}`,
      `SLACK_CLIENT_SECRET=${app?.clientSecret}`,
      `SLACK_SIGNING_SECRET=${app?.signingSecret}`,
      `SLACK_REDIRECT_URI=${app?.redirectUris[0]}`,
      `SLACK_CONFIG_TOKEN=${configToken}`,
      '',
    ].join('\n'),
  )
}

function port(value: string): number {
  const parsed = Number(value)
  if (Number.isInteger(parsed) && parsed >= 0 && parsed <= 65_535) return parsed
  throw new InvalidArgumentError('It takes a port, from 0 to 65535.')
}
