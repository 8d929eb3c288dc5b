import type { Json } from './http/response.ts'
import { createKeys, type Keys } from './openid/keys.ts'
import type { Settings } from './options.ts'
import { type Apps, createApps } from './state/apps.ts'
import { type CallLog, createCallLog } from './state/call-log.ts'
import { type Codes, createCodes } from './state/codes.ts'
import { randomSecret } from './state/random.ts'
import { createResponses, type Responses } from './state/response-urls.ts'
import { createRotation, type Rotation } from './state/rotation.ts'
import { createTokens, type Lifetimes, type Tokens } from './state/tokens.ts'
import { createTriggers, type Triggers } from './state/triggers.ts'
import { createWebhooks, type Webhooks } from './state/webhooks.ts'
import { createWorkspaceBots, type WorkspaceBots } from './state/workspace-bots.ts'

/** Everything that outlives a request: the settings and what was given out so far. */
export interface Context {
  /** `http://localhost:PORT`, also the issuer of ID tokens. */
  readonly origin: string
  readonly settings: Settings
  /** Those of the settings, and those that were made since. */
  readonly apps: Apps
  /** An app configuration token: whoever has it may make apps. */
  readonly configToken: string
  readonly codes: Codes
  readonly tokens: Tokens
  readonly bots: WorkspaceBots
  readonly keys: Keys
  readonly webhooks: Webhooks
  readonly rotation: Rotation
  readonly triggers: Triggers
  readonly responses: Responses
  /** The modals that were opened, oldest first. */
  readonly views: Json[]
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal
  /** Read at each use, so that a change counts for the tokens already given out too. */
  readonly lifetimes: { -readonly [K in keyof Lifetimes]: Lifetimes[K] }
  readonly calls: CallLog
  /** Unix seconds, with their fraction. */
  readonly now: () => number
}

export function createContext(origin: string, settings: Settings, closing: AbortSignal): Context {
  const now = () => Date.now() / 1000
  const { tokenLifetimeSeconds, refreshGraceSeconds, pkceRefreshLifetimeSeconds } = settings
  const lifetimes = { tokenLifetimeSeconds, refreshGraceSeconds, pkceRefreshLifetimeSeconds }
  const apps = createApps(settings.apps)
  return {
    origin,
    settings,
    apps,
    // As Slack's own: the prefix alone does not tell it from a rotating user token
    configToken: `xoxe.xoxp-1-sandbox${randomSecret()}`,
    codes: createCodes(settings.codeLifetimeSeconds, now),
    tokens: createTokens(lifetimes, now),
    bots: createWorkspaceBots(),
    keys: createKeys(),
    webhooks: createWebhooks(origin),
    rotation: createRotation(apps),
    triggers: createTriggers(now),
    responses: createResponses(origin, now),
    views: [],
    closing,
    lifetimes,
    calls: createCallLog(),
    now,
  }
}
