import type { TestContext } from 'node:test'
import {
  type App,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/sandbox.ts'
import { consent } from '../support/person.ts'

export type Params = Record<string, string>

/** The verifier and challenge of RFC 7636 appendix B. */
export const pkce = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}

export async function start(t: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  t.after(() => sandbox.close())
  return sandbox
}

export function firstApp({ apps }: Sandbox): App {
  const [app] = apps
  if (!app) throw new Error('this sandbox has no app')
  return app
}

/** An authorize URL of the first app, by default for one bot scope. */
export function authorizeUrl(sandbox: Sandbox, params: Params = { scope: 'chat:write' }): string {
  return urlOf(sandbox, '/oauth/v2/authorize', params)
}

export function openIdAuthorizeUrl(sandbox: Sandbox, params: Params = {}): string {
  const defaults = { response_type: 'code', scope: 'openid email profile' }
  return urlOf(sandbox, '/openid/connect/authorize', { ...defaults, ...params })
}

function urlOf(sandbox: Sandbox, path: string, params: Params): string {
  const { clientId, redirectUris } = firstApp(sandbox)
  const defaults = { client_id: clientId, redirect_uri: redirectUris[0] ?? '', state: 'the-state' }
  return `${sandbox.url}${path}?${new URLSearchParams({ ...defaults, ...params })}`
}

/** Goes through the page and gives the code of the redirect. */
export async function allow(url: string, picked: Params = {}): Promise<string> {
  const location = new URL(await consent(url, picked))
  const code = location.searchParams.get('code')
  if (!code) throw new Error(`no code came back: ${location.search}`)
  return code
}

export function target(response: Response): URL {
  const location = response.headers.get('location')
  if (!location) throw new Error(`HTTP ${response.status} is no redirect`)
  return new URL(location)
}

/** Calls a method without any credentials but those in `params`. */
export async function call(sandbox: Sandbox, method: string, params: Params = {}): Promise<Answer> {
  const body = new URLSearchParams(params)
  const response = await fetch(`${sandbox.url}/api/${method}`, { method: 'POST', body })
  return response.json()
}

// biome-ignore lint/suspicious/noExplicitAny: the tests below are what says how an answer looks
export type Answer = any

/** Calls a method with the first app's id, secret and redirect URI. */
export async function callAsApp(sandbox: Sandbox, method: string, params: Params): Promise<Answer> {
  const { clientId, clientSecret } = firstApp(sandbox)
  return call(sandbox, method, { client_id: clientId, client_secret: clientSecret, ...params })
}

export function exchange(sandbox: Sandbox, code: string, params: Params = {}): Promise<Answer> {
  const redirectUri = firstApp(sandbox).redirectUris[0] ?? ''
  return callAsApp(sandbox, 'oauth.v2.access', { code, redirect_uri: redirectUri, ...params })
}

/** Consent and exchange in one. */
export async function install(
  sandbox: Sandbox,
  asked: Params = { scope: 'chat:write' },
  picked: Params = {},
): Promise<Answer> {
  return exchange(sandbox, await allow(authorizeUrl(sandbox, asked), picked))
}

export function refresh(sandbox: Sandbox, refreshToken: string): Promise<Answer> {
  const params = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return callAsApp(sandbox, 'oauth.v2.access', params)
}

export function authTest(sandbox: Sandbox, token: string): Promise<Answer> {
  return call(sandbox, 'auth.test', { token })
}

export function revoke(sandbox: Sandbox, token: string): Promise<Answer> {
  return call(sandbox, 'auth.revoke', { token })
}
