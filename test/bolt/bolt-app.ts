import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { TestContext } from 'node:test'
import { inspect } from 'node:util'
import { App, type Context, type Logger, LogLevel } from '@slack/bolt'
import { installationStore } from '../../src/bolt.ts'
import type { AppOptions, Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { freePort } from '../support/free-port.ts'
import { consent, decide } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

const SIGNING_SECRET = 'the signing secret of the tests'
const STATE_SECRET = 'the state secret of the tests'

export interface BoltAppOptions extends Omit<SandboxOptions, 'apps'> {
  readonly app?: AppOptions
  readonly userScopes?: string[]
}

export interface RunningBoltApp {
  readonly slack: Sandbox
  readonly cli: TempCli
  readonly origin: string
  readonly app: App
  readonly store: ReturnType<typeof installationStore>
  /** What the listener of `app_mention` was called with, oldest first. */
  readonly contexts: readonly Context[]
  readonly log: readonly string[]
  /** Everything that nobody but the app and Slack may know, apart from tokens. */
  readonly secrets: readonly string[]
}

/** A Bolt app that listens, and the command line, as one Slack app over one store. */
export async function boltApp(
  t: TestContext,
  { app: settings, userScopes = [], ...options }: BoltAppOptions = {},
): Promise<RunningBoltApp> {
  // Each listens at its own of the app's two redirect URIs
  const port = await freePort()
  const redirectUri = `http://localhost:${port}/slack/oauth_redirect`
  const cliRedirectUri = `http://localhost:${await freePort()}/slack/oauth_redirect`
  const { slack, env } = await slackApp(t, {
    ...options,
    app: { ...settings, redirectUris: [redirectUri, cliRedirectUri] },
  })
  const cli = await tempCli(t, { ...env, SLACK_REDIRECT_URI: cliRedirectUri })
  const { SLACK_CLIENT_ID: clientId = '', SLACK_CLIENT_SECRET: clientSecret = '' } = env
  const store = installationStore({ db: cli.db, clientId })
  const log: string[] = []
  const app = new App({
    clientId,
    clientSecret,
    signingSecret: SIGNING_SECRET,
    stateSecret: STATE_SECRET,
    scopes: ['chat:write'],
    installationStore: store,
    redirectUri,
    installerOptions: {
      redirectUriPath: '/slack/oauth_redirect',
      authorizationUrl: `${slack.url}/oauth/v2/authorize`,
      clientOptions: { slackApiUrl: `${slack.url}/api/` },
      userScopes,
    },
    // An event is answered after its listeners, so that what was called is known by then
    processBeforeResponse: true,
    logger: logTo(log),
  })
  const contexts: Context[] = []
  app.event('app_mention', async ({ context }) => {
    contexts.push(context)
  })
  await app.start({ port, host: 'localhost' })
  t.after(() => app.stop())
  const secrets = [clientSecret, SIGNING_SECRET, STATE_SECRET]
  return { slack, cli, origin: new URL(redirectUri).origin, app, store, contexts, log, secrets }
}

/** All that Bolt says at its default level, as the console would show it. */
function logTo(lines: string[]): Logger {
  const add = (...said: unknown[]) => {
    lines.push(said.map((each) => inspect(each, { depth: 9 })).join(' '))
  }
  return {
    debug() {},
    info: add,
    warn: add,
    error: add,
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  }
}

/** A person who installs from the app's own page, in a browser that keeps its cookie. */
export async function installFromPage(
  { origin }: RunningBoltApp,
  picks: Record<string, string> = {},
): Promise<void> {
  const page = await fetch(`${origin}/slack/install`)
  const [, url = ''] = /<a href="([^"]+)">/.exec(await page.text()) ?? []
  // It is marked Secure, which browsers take from http://localhost
  const [cookie = ''] = page.headers.get('set-cookie')?.split(';') ?? []
  const answer = await fetch(await consent(url, picks), { headers: { cookie } })
  assert.equal(answer.status, 200, await answer.text())
}

export async function installFromCommandLine(
  { cli }: RunningBoltApp,
  args: readonly string[] = [],
  picks: Record<string, string> = {},
): Promise<void> {
  const command = cli.start('install', '--scopes', 'chat:write', ...args)
  await decide(command, picks)
  const { code, stderr } = await command.finished
  assert.equal(code, 0, stderr)
}

/** Where an event comes from, as Slack names it. */
export interface EventPlace {
  readonly team_id: string | null
  readonly enterprise_id?: string
  readonly is_enterprise_install?: boolean
}

/** Sends an event as Slack does, signed; the status of the app's answer. */
export async function sendEvent(
  { origin, slack }: RunningBoltApp,
  event: { readonly type: string; readonly user?: string },
  { team_id, enterprise_id, is_enterprise_install = false }: EventPlace,
): Promise<number> {
  const now = Math.floor(Date.now() / 1000)
  const body = JSON.stringify({
    type: 'event_callback',
    team_id,
    api_app_id: slack.apps[0]?.appId,
    event: { channel: 'C0GENERAL01', text: 'hello', ts: `${now}.000100`, ...event },
    event_id: 'Ev0SANDBOX1',
    event_time: now,
    authorizations: [
      {
        enterprise_id: enterprise_id ?? null,
        team_id,
        user_id: 'U0BOT000001',
        is_bot: true,
        is_enterprise_install,
      },
    ],
  })
  const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${now}:${body}`).digest('hex')
  const response = await fetch(`${origin}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': String(now),
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  })
  await response.text()
  return response.status
}

/** What the listener learns of a mention by that member. */
export async function mention(
  app: RunningBoltApp,
  user: string,
  place: EventPlace,
): Promise<Context> {
  const before = app.contexts.length
  const status = await sendEvent(app, { type: 'app_mention', user }, place)
  assert.equal(status, 200, app.log.join('\n'))
  assert.equal(app.contexts.length, before + 1)
  const [context] = app.contexts.slice(-1)
  assert.ok(context)
  return context
}
