import { SlackOAuthError } from '../base/errors.ts'
import { notRenewedInWords } from '../flows/tokens/renewal-errors.ts'
import type { AccessTokenNeeds } from '../flows/tokens/usable-token.ts'
import type { Store } from '../store/store.ts'
import {
  type AccessTokenKey,
  type AccessTokenOptions,
  follower,
  minTtlOf,
  needsOf,
  valid,
} from './access-token.ts'

/** How long a valid token is handed out before a renewal that failed is tried again. */
const PAUSE_SECONDS = 30

/**
 * Hands out tokens for as long as an app lives, each as {@link accessToken} gives it. It keeps none:
 * every call reads the store, so what another process has renewed, installed or revoked counts at
 * once. Callers that ask for the same token at once share one renewal, and while Slack fails a token
 * that is still valid is not renewed at every call.
 *
 * @example
 * import { openStore, TokenRotator } from 'slack-oauth'
 *
 * const store = await openStore('installations.db', { clientId: '123.456' })
 * const tokens = new TokenRotator(store, { clientSecret: process.env.SLACK_CLIENT_SECRET ?? '' })
 *
 * // For each request
 * const token = await tokens.accessToken({ teamId: 'T0123ABCD' })
 *
 * // When the app ends
 * await tokens.close()
 * await store.close()
 */
export class TokenRotator {
  readonly #needs: AccessTokenNeeds
  readonly #minTtlSeconds: number
  readonly #warn: (message: string) => void
  readonly #signal: AbortSignal
  readonly #closing = new AbortController()
  readonly #underWay = new Map<string, Promise<string>>()
  readonly #pausedUntil = new Map<string, number>()
  readonly #warned = new Map<string, string>()

  /** @throws SlackOAuthError `usage` for options that make no sense */
  constructor(store: Pick<Store, 'installations' | 'tryLock'>, options: AccessTokenOptions = {}) {
    const { signal, warn = () => {} } = options
    this.#minTtlSeconds = minTtlOf(options)
    this.#warn = warn
    this.#signal = follower(this.#closing.signal, signal)
    this.#needs = needsOf(store, options, this.#signal)
  }

  /** @throws as {@link accessToken}; `interrupted` once it is closed */
  async accessToken(key: AccessTokenKey): Promise<string> {
    this.#signal.throwIfAborted()
    const { clientId, enterpriseId, teamId, userId, isEnterpriseInstall = false } = key
    const name = JSON.stringify([clientId, enterpriseId, teamId, userId, isEnterpriseInstall])
    const underWay = this.#underWay.get(name)
    if (underWay) return underWay
    const work = this.#valid(name, key).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, work)
    return work
  }

  /** Ends what waits. Resolves once no renewal is under way, a few seconds later at most. */
  async close(): Promise<void> {
    this.#closing.abort(new SlackOAuthError('interrupted', 'The TokenRotator was closed'))
    await Promise.allSettled(this.#underWay.values())
  }

  async #valid(name: string, key: AccessTokenKey): Promise<string> {
    const now = performance.now()
    const isPaused = (this.#pausedUntil.get(name) ?? now) > now
    const tell = (message: string) => {
      if (this.#warned.get(name) !== message) this.#warn(message)
      this.#warned.set(name, message)
    }
    const needs: AccessTokenNeeds = {
      ...this.#needs,
      warn: tell,
      notRenewed: (problem, grant) => {
        this.#pausedUntil.set(name, performance.now() + PAUSE_SECONDS * 1000)
        tell(notRenewedInWords(problem, grant))
      },
    }
    return valid(needs, key, isPaused ? 0 : this.#minTtlSeconds)
  }
}
