import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { redactUrl } from '../../base/redact.ts'
import { isLoopback } from '../authorize/redirect-uri.ts'

/** The proxy that requests to Slack go through, and the setting that names it. */
export interface HttpProxy {
  /** May hold credentials: for people, {@link proxyName}. */
  readonly url: URL
  readonly setting: string
}

/** As curl has it: the small name before the large one, the one for https before the one for all. */
const SETTINGS = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']

/**
 * The proxy for requests to an origin: none for this machine itself, whatever is set, nor for what
 * NO_PROXY leaves out.
 *
 * @throws SlackOAuthError `usage` for a proxy that is none we can use
 * @see https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export function proxyFor(origin: string, env: Environment): HttpProxy | undefined {
  const url = new URL(origin)
  if (isLoopback(url) || isLeftOut(url, env.no_proxy || env.NO_PROXY || '')) return undefined
  const setting = SETTINGS.find((name) => env[name]?.trim())
  if (setting === undefined) return undefined
  return { url: parseProxy(env[setting]?.trim() ?? '', setting), setting }
}

/** Where a proxy is, without the credentials for it. */
export function proxyName({ url }: HttpProxy): string {
  return `${url.protocol}//${url.host}`
}

function parseProxy(text: string, setting: string): URL {
  // "proxy.example:3128" would be read as a URL of the scheme "proxy.example"
  const whole = text.includes('://') ? text : `http://${text}`
  const refuse = (rule: string) =>
    new SlackOAuthError('usage', `The proxy ${redactUrl(whole)} of ${setting} ${rule}`, {
      hint: `Set ${setting} to one like http://proxy.example:3128, or NO_PROXY to the hosts to be asked without it`,
    })
  if (!URL.canParse(whole)) throw refuse('is not a URL')
  const url = new URL(whole)
  if (url.protocol === 'http:' || url.protocol === 'https:') return url
  throw refuse('is neither http nor https')
}

/**
 * Whether a list like `localhost,.example.com,slack.com:443,*` names the host: a name stands for what
 * is below it as well, with a port for that port alone.
 */
function isLeftOut({ hostname, port, protocol }: URL, list: string): boolean {
  const ourPort = port || (protocol === 'https:' ? '443' : '80')
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true
    const [, name = '', onlyPort = ourPort] = /^(.+?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    const suffix = name.replace(/^\*?\./, '')
    if (suffix === '' || onlyPort !== ourPort) return false
    return hostname === suffix || hostname.endsWith(`.${suffix}`)
  })
}

/**
 * The `fetch` to ask Slack with. Node's own knows proxies only from 24 on, and only when it is told by
 * NODE_USE_ENV_PROXY; undici is what it is made of.
 */
export function fetchThrough(proxy: HttpProxy | undefined): typeof fetch {
  if (proxy === undefined) return fetch
  return async (input, init) => {
    const undici = await import('undici')
    const request = new Request(input, init)
    const { method, redirect, signal } = request
    // One for each request: a tunnel that the proxy never opens would hold the process
    const dispatcher = new undici.ProxyAgent(proxy.url.href)
    try {
      // Whole bodies on both sides: they are small, and the two libraries' streams differ in type
      const answer = await undici.fetch(request.url, {
        method,
        redirect,
        signal,
        headers: Object.fromEntries(request.headers),
        ...(request.body && { body: await request.text() }),
        dispatcher,
      })
      const { status, headers } = answer
      // Some statuses may have no body, not even an empty one
      const body = (await answer.text()) || null
      return new Response(body, { status, headers: Object.fromEntries(headers) })
    } finally {
      await dispatcher.destroy()
    }
  }
}
