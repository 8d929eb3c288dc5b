import type { TokenChoice } from '../../flows/lookup/find-token.ts'
import type { AppFlags, PlaceFlags, RenewalFlags, StoreFlags } from './shared-options.ts'

/** Which token of an installation. */
export interface ChoiceFlags {
  readonly user?: string | true | undefined
  readonly bot?: boolean | undefined
}

export interface LastingFlags {
  readonly minTtl?: number | undefined
  readonly refresh: boolean
}

/** Which token, and how long it has to last. */
export interface TokenFlags
  extends StoreFlags,
    AppFlags,
    PlaceFlags,
    RenewalFlags,
    ChoiceFlags,
    LastingFlags {}

/** As long as a job may take to come to use its token. */
export const MIN_TTL_SECONDS = 300

export function tokenChoice({ bot, user }: ChoiceFlags): TokenChoice {
  if (bot) return { kind: 'bot' }
  if (user === undefined) return { kind: 'any' }
  return user === true ? { kind: 'user' } : { kind: 'user', userId: user }
}

/** How long a token has to last, and whether Slack may be asked for one that does. */
export function lasting(flags: LastingFlags): { minTtlSeconds: number; isOffline: boolean } {
  return {
    // Who renews nothing takes what is there, down to its last second, unless told otherwise
    minTtlSeconds: flags.minTtl ?? (flags.refresh ? MIN_TTL_SECONDS : 0),
    isOffline: !flags.refresh,
  }
}
