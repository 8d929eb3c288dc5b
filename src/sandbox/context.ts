import { type Codes, createCodes } from './codes.js'
import { createKeys, type Keys } from './keys.js'
import type { Settings } from './options.js'
import { createTokens, type Tokens } from './tokens.js'
import { createWorkspaceBots, type WorkspaceBots } from './workspace-bots.js'

/** Everything that outlives a request: the settings and what was given out so far. */
export interface Context {
  /** `http://localhost:PORT`, also the issuer of ID tokens. */
  readonly origin: string
  readonly settings: Settings
  readonly codes: Codes
  readonly tokens: Tokens
  readonly bots: WorkspaceBots
  readonly keys: Keys
  /** Paths of the incoming webhooks that were installed. */
  readonly webhooks: Set<string>
  /** Unix seconds, with their fraction. */
  readonly now: () => number
}

export function createContext(origin: string, settings: Settings): Context {
  const now = () => Date.now() / 1000
  return {
    origin,
    settings,
    codes: createCodes(settings.codeLifetimeSeconds, now),
    tokens: createTokens(settings, now),
    bots: createWorkspaceBots(),
    keys: createKeys(),
    webhooks: new Set(),
    now,
  }
}
