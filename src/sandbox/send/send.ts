import { createHmac } from 'node:crypto'
import type { Context } from '../context.ts'
import type { App, RequestUrls } from '../options.ts'
import { Refusal } from '../refusal.ts'
import { type AppRequest, actorsOf, bodyOf, type Scene } from './app-request.ts'

/** How the request is to go out; what is left out is as Slack does it. */
export interface SendOptions extends Scene {
  /** The first app where nothing is said. */
  readonly clientId?: string
  /** Instead of the app's own request URL. */
  readonly url?: string
  /** Another delivery of the same event: `X-Slack-Retry-Num`, and why. */
  readonly retry?: { readonly number: number; readonly reason: string }
}

/** What the app answered. */
export interface Sent {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly seconds: number
}

/** The same for other processes: what could not be sent has one word for why. */
export type SendResult =
  | ({ readonly ok: true } & Sent)
  | { readonly ok: false; readonly error: string }

/** Slack waits for so long (Slack, "Events API"). */
const PATIENCE_MILLISECONDS = 3_000
const MOST_BYTES = 1024 * 1024

/** Sends one signed request to an app. Throws the Refusal of what cannot be sent. */
export async function sendToApp(
  context: Context,
  request: AppRequest,
  options: SendOptions,
): Promise<Sent> {
  const { settings, triggers, responses, closing, now } = context
  const { clientId } = options
  const app = clientId === undefined ? context.apps.list()[0] : context.apps.find(clientId)
  if (!app) throw new Refusal('invalid_client_id')
  const url = options.url ?? requestUrl(app, request)
  if (url === undefined) throw new Refusal('no_request_url')
  const actors = actorsOf(settings, app, options)
  const links = { triggerId: triggers.issue(app), responseUrl: responses.issue() }
  const { contentType, body } = bodyOf(request, actors, links)
  const { signingSecret } = app
  const startedAt = performance.now()
  // A timer of our own: on Node 20, AbortSignal.any loses one of AbortSignal.timeout (nodejs/node#57736)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), PATIENCE_MILLISECONDS)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...signedHeaders(body, { signingSecret, timestamp: Math.floor(now()) }),
        ...(options.retry && {
          'x-slack-retry-num': String(options.retry.number),
          'x-slack-retry-reason': options.retry.reason,
        }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([closing, late.signal]),
    })
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: (await response.text()).slice(0, MOST_BYTES),
      seconds: (performance.now() - startedAt) / 1000,
    }
  } catch {
    throw new Refusal(late.signal.aborted ? 'http_timeout' : 'connection_failed')
  } finally {
    clearTimeout(timer)
  }
}

function requestUrl({ requestUrls }: App, { kind }: AppRequest): string | undefined {
  const names: Readonly<Record<AppRequest['kind'], keyof RequestUrls>> = {
    event: 'events',
    url_verification: 'events',
    ssl_check: 'commands',
    command: 'commands',
    interactivity: 'interactivity',
  }
  return requestUrls[names[kind]]
}

/** The headers with which Slack signs a request (Slack, "Verifying requests from Slack"). */
function signedHeaders(
  body: string,
  { signingSecret, timestamp }: { signingSecret: string; timestamp: number },
): Record<string, string> {
  const base = `v0:${timestamp}:${body}`
  return {
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(base).digest('hex')}`,
  }
}
