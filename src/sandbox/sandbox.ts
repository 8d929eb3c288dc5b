/**
 * A strict local Slack, for tests: see `docs/sandbox.md`.
 *
 * @module slack-oauth/sandbox
 */

import { setMaxListeners } from 'node:events'
import { parseSandboxConfig } from './config.ts'
import { type Context, createContext } from './context.ts'
import { deliver } from './faults/deliver.ts'
import { createFaults, type Fault } from './faults/faults.ts'
import { readCredentials } from './http/params.ts'
import type { Json } from './http/response.ts'
import { canFail, type Incoming, methodOf, route } from './http/routes.ts'
import { startServer } from './http/server.ts'
import type { App, Enterprise, SandboxOptions, Workspace } from './options.ts'
import type { AppRequest } from './send/app-request.ts'
import { type SendOptions, type Sent, sendToApp } from './send/send.ts'
import type { Call } from './state/call-log.ts'
import type { Lifetimes } from './state/tokens.ts'

export { parseSandboxConfig } from './config.ts'
export type { Fault, FaultScope, IdTokenFault } from './faults/faults.ts'
export { parseFault } from './faults/parse.ts'
export type { Params } from './http/params.ts'
export type { Json } from './http/response.ts'
export type {
  App,
  AppOptions,
  Consent,
  Enterprise,
  EnterpriseOptions,
  Member,
  MemberOptions,
  RequestUrls,
  SandboxOptions,
  Settings,
  Workspace,
  WorkspaceOptions,
} from './options.ts'
export type { AppRequest } from './send/app-request.ts'
export type { SendOptions, Sent } from './send/send.ts'
export type { Call } from './state/call-log.ts'
export type { Lifetimes } from './state/tokens.ts'

/** A running local Slack. */
export interface Sandbox {
  /** The origin that stands for `https://slack.com`: `http://localhost:PORT`. */
  readonly url: string
  /** Those of the options, and those that `apps.manifest.create` has made since. */
  readonly apps: readonly App[]
  /** An app configuration token, for `apps.manifest.create`. */
  readonly configToken: string
  readonly workspaces: readonly Workspace[]
  readonly enterprises: readonly Enterprise[]
  /** Misbehaves from now on, until the fault is used up. */
  inject(fault: Fault): void
  clearFaults(): void
  /** What was asked so far, oldest first, of one method or of all. */
  calls(method?: string): readonly Call[]
  /** How often each method was asked; `GET /sandbox/calls` says the same to other processes. */
  callCounts(): Readonly<Record<string, number>>
  /** Lets the tokens issued from now on live so long; the grace period changes for all. */
  setLifetimes(lifetimes: Partial<Lifetimes>): void
  /**
   * Sends one signed request to the app, as Slack does for an event, a command or an interaction.
   * Rejects with one word, such as `no_request_url` or `connection_failed`.
   */
  send(request: AppRequest, options?: SendOptions): Promise<Sent>
  /** The modals that apps opened so far, and what they said at a `response_url`. */
  views(): readonly Json[]
  responses(): readonly Json[]
  /** Turns an app's token rotation on, which nothing turns off; tokens given out stay as they are. */
  turnOnRotation(clientId: string): void
  /** Cuts every connection and frees the port; may be called again. */
  close(): Promise<void>
}

/**
 * Starts a strict local Slack, on loopback only: consent page, code exchange, token rotation and
 * revocation, `auth.test`, Sign in with Slack. It refuses what Slack refuses, in Slack's words. Rejects with
 * EADDRINUSE when the port is taken, and with a one-line message on a bad option.
 *
 * @example
 * import { startSandbox } from 'slack-oauth/sandbox'
 *
 * const redirectUri = 'http://localhost:3000/callback'
 * const slack = await startSandbox({ apps: [{ redirectUris: [redirectUri] }] })
 * // … run your OAuth code against slack.url instead of https://slack.com
 * console.log(slack.calls('oauth.v2.access'))
 * await slack.close()
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, faults: firstFaults = [], ...rest } = options
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new Error('port: expected a whole number from 0 to 65535')
  }
  const settings = parseSandboxConfig(rest)
  const faults = createFaults()
  for (const fault of firstFaults) faults.add(fault)
  const closing = new AbortController()
  // Every delayed answer listens to it, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, closing.signal)

  // The issuer names the port, so there is no context before there is a server; and a client that
  // polls a fixed port may be faster than the second of the two addresses.
  const starting = startServer(port, async (incoming) => handle(await ready, incoming))
  const ready = starting.then((server) =>
    createContext(`http://localhost:${server.port}`, settings, closing.signal),
  )
  const context = await ready
  const server = await starting

  function handle(context: Context, incoming: Incoming) {
    const method = methodOf(incoming.path)
    record(context, method, incoming)
    const fault = canFail(method) ? faults.take(method) : undefined
    const idTokenFault = fault?.kind === 'id-token' ? fault.fault : undefined
    return deliver(fault, () => route(context, incoming, idTokenFault), closing.signal)
  }

  function record({ calls }: Context, method: string | undefined, { params, headers }: Incoming) {
    if (method === undefined) return
    const { clientId } = readCredentials(headers.authorization, params)
    const entries = Object.entries(headers).map(([name, value]) => [name, String(value)])
    calls.add({
      method,
      ...(clientId && { clientId }),
      params,
      headers: Object.fromEntries(entries),
    })
  }

  return {
    url: context.origin,
    get apps() {
      return context.apps.list()
    },
    configToken: context.configToken,
    workspaces: settings.workspaces,
    enterprises: settings.enterprises,
    inject: faults.add,
    clearFaults: faults.clear,
    calls: (method) => context.calls.list(method),
    callCounts: context.calls.counts,
    setLifetimes(lifetimes) {
      parseSandboxConfig(lifetimes)
      Object.assign(context.lifetimes, lifetimes)
    },
    turnOnRotation(clientId) {
      if (!context.rotation.turnOn(clientId)) throw new Error(`there is no app ${clientId}`)
    },
    send: (request, options = {}) => sendToApp(context, request, options),
    views: () => context.views,
    responses: context.responses.list,
    async close() {
      closing.abort()
      await server.close()
    },
  }
}
