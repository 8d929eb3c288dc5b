import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Installation } from '../../src/index.ts'
import { LOOPBACK_ADDRESSES } from '../../src/loopback/listen-address.ts'
import type { AppRequest, SendOptions, Sent } from '../../src/sandbox/sandbox.ts'
import type { ForwardTarget } from '../../src/serve/forward.ts'
import { type Serving, serve } from '../../src/serve/serve.ts'
import type { LogEntry, ServeSettings } from '../../src/serve/settings.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { type SlackApp, slackApp } from './slack-app.ts'
import { until } from './until.ts'

export interface TestServer extends SlackApp {
  readonly store: Store
  readonly serving: Serving
  /** `http://localhost:PORT` */
  readonly origin: string
  readonly log: readonly LogEntry[]
  /** The last line of the log with that outcome, once there is one. */
  logged(outcome: LogEntry['outcome']): Promise<LogEntry>
  /** A signed request of the sandbox's, to the URL of its kind. */
  send(request: AppRequest, options?: SendOptions): Promise<Sent>
  /** The headers that make a body Slack's. */
  sign(body: string | Buffer): Record<string, string>
  /** A request signed with the app's secret, whatever is in it. */
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>
  install(changes?: Partial<Installation>): Promise<Installation>
  /** Where Slack sends a person who comes from the install page, with the cookie that they then have. */
  authorized(picks?: Record<string, string>): Promise<{ callback: string; cookie: string }>
}

export interface ServerOptions {
  readonly forward?: ForwardTarget
  readonly settings?: Partial<ServeSettings>
  readonly sandbox?: Parameters<typeof slackApp>[1]
  /** Shares the store and the Slack of another. */
  readonly beside?: TestServer
  readonly slackTimeoutSeconds?: number
}

/** The app side on a port of its own, over a store and a sandbox of its own. */
export async function serving(t: TestContext, options: ServerOptions = {}): Promise<TestServer> {
  const app = options.beside ?? (await slackApp(t, options.sandbox))
  const store = options.beside?.store ?? (await temporaryStore(t))
  const [first] = app.slack.apps
  if (!first) throw new Error('no app')
  const redirectUri = options.settings?.redirectUri ?? new URL(app.redirectUri)
  const log: LogEntry[] = []
  const ending = new AbortController()
  const served = await serve(
    {
      store,
      slack: {
        slackUrl: app.slack.url,
        signal: ending.signal,
        requestTimeoutSeconds: options.slackTimeoutSeconds ?? 5,
      },
      clientSecret: () => first.clientSecret,
      now: () => Date.now() / 1000,
      lockTimeoutSeconds: 5,
      report: (entry) => void log.push(entry),
    },
    { hosts: LOOPBACK_ADDRESSES, port: options.beside ? 0 : Number(new URL(app.redirectUri).port) },
    () => ({
      credentials: { clientId: first.clientId, clientSecret: first.clientSecret },
      signingSecret: first.signingSecret,
      scopes: ['chat:write', 'commands'],
      userScopes: [],
      redirectUri,
      ...(options.forward && { forward: options.forward }),
      ...options.settings,
    }),
  )
  t.after(async () => {
    ending.abort(new Error('the test is over'))
    await served.stop()
  })
  const origin = `http://localhost:${served.port}`
  const sign = (body: string | Buffer) => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    // By hand, as Slack describes it: https://docs.slack.dev/authentication/verifying-requests-from-slack
    const hmac = createHmac('sha256', first.signingSecret).update(`v0:${timestamp}:`).update(body)
    return {
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac.digest('hex')}`,
    }
  }

  return {
    ...app,
    store,
    serving: served,
    origin,
    log,
    logged: (outcome) => until(() => log.findLast((entry) => entry.outcome === outcome)),
    send(request, how = {}) {
      const path = request.kind === 'command' ? 'commands' : 'events'
      return app.slack.send(request, { url: `${origin}/slack/${path}`, ...how })
    },
    sign,
    post(path, body, headers = {}) {
      return fetch(`${origin}${path}`, {
        method: 'POST',
        body: new Uint8Array(Buffer.from(body)),
        redirect: 'manual',
        headers: { 'content-type': 'application/json', ...sign(body), ...headers },
      })
    },
    async install(changes = {}) {
      const installation: Installation = {
        clientId: first.clientId,
        appId: first.appId,
        team: { id: 'T0SANDBOX01', name: 'Acme Sandbox' },
        bot: { token: 'xoxb-the-bot', id: 'B1', userId: 'U9', scopes: ['chat:write'] },
        user: { id: 'U0ALICE0001' },
        isEnterpriseInstall: false,
        installedAt: Date.now() / 1000 - 60,
        ...changes,
      }
      await store.installations.save(installation)
      return installation
    },
    async authorized(picks = {}) {
      const start = await fetch(`${origin}/slack/install?redirect=1`, { redirect: 'manual' })
      const cookie = start.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      const authorize = new URL(start.headers.get('location') ?? '')
      for (const [name, value] of Object.entries(picks)) authorize.searchParams.set(name, value)
      const back = await fetch(authorize, { redirect: 'manual' })
      return { callback: back.headers.get('location') ?? '', cookie }
    },
  }
}

export async function temporaryStore(t: TestContext): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-serve-'))
  const store = await openStore(join(folder, 'installations.db'))
  t.after(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  return store
}

/** The store of all installations, in words: what is left of each place. */
export async function stored(store: Store): Promise<string[]> {
  const found: string[] = []
  for await (const { team, enterprise, bot, user } of store.installations.list()) {
    const tokens = [bot && 'bot', user.grant && user.id].filter(Boolean).join('+')
    found.push(`${team?.id ?? enterprise?.id} ${user.id}: ${tokens}`)
  }
  return found
}
