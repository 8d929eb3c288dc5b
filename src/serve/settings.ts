import type { RenewalNeeds } from '../flows/tokens/renew.ts'
import type { ClientCredentials } from '../slack/client/web-api.ts'
import type { Store } from '../store/store.ts'
import type { ForwardTarget } from './forward.ts'
import type { RequestRecord } from './response.ts'

export interface ServeSettings {
  readonly credentials: ClientCredentials
  readonly signingSecret: string
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
  /** As registered at Slack; its origin is where people and Slack reach this server. */
  readonly redirectUri: URL
  readonly forward?: ForwardTarget
}

export interface ServeNeeds extends RenewalNeeds {
  readonly store: Store
  /** Unix time in seconds. */
  now(): number
  /** One line of the log. */
  report(entry: LogEntry): void
}

export interface LogEntry extends RequestRecord {
  /** Absent for what came of a request after it was answered. */
  readonly status?: number | undefined
  readonly milliseconds: number
}

export const INSTALL_PATH = '/slack/install'
export const DONE_PATH = '/slack/install/done'
export const CALLBACK_PATHS = ['/slack/oauth_redirect', '/slack/oauth/callback'] as const

/** Where a person adds the app. */
export function installUrl({ redirectUri }: Pick<ServeSettings, 'redirectUri'>): string {
  return `${redirectUri.origin}${INSTALL_PATH}`
}
