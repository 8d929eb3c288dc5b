import { setMaxListeners } from 'node:events'
import { SlackOAuthError } from './errors.js'
import { type AccessTokenNeeds, accessToken as grantThatLasts } from './flows/access-token.js'
import { notRenewedInWords } from './flows/renewal-error.js'
import { DEFAULT_SLACK_URL, parseSlackUrl } from './slack/slack-url.js'
import type { InstallationQuery } from './store/installation-store.js'
import type { Store } from './store/store.js'

export interface AccessTokenOptions {
  /**
   * The app's secret, or what gives it. It is asked for only when a token has to be renewed, and
   * goes to Slack alone. A public client (PKCE) has none.
   */
  readonly clientSecret?: string | ((clientId: string) => string | Promise<string>)
  /** In seconds: a token that does not last so much longer is renewed. 300 unless given. */
  readonly minTtlSeconds?: number
  /**
   * In seconds, 60 unless given: how long to wait for another process that renews the same token. One
   * request to Slack takes so long at most, and 30 at the very most.
   */
  readonly timeoutSeconds?: number
  /** The origin: `https://slack.com` unless given, `https://slack-gov.com` for GovSlack, or a sandbox. */
  readonly slackUrl?: string
  /** Ends waiting, with its reason; a renewal that Slack may have made by then is stored first. */
  readonly signal?: AbortSignal
  /** Hears why a token was not renewed that is still good, and of a refresh token that ends soon. */
  readonly warn?: (message: string) => void
}

const MIN_TTL_SECONDS = 300
const TIMEOUT_SECONDS = 60
const REQUEST_TIMEOUT_SECONDS = 30

/** How long a valid token is handed out before a renewal that failed is tried again. */
const PAUSE_SECONDS = 30

/**
 * A token that works, as `slack-oauth token` prints it: the stored one, or where it does not last one
 * that is renewed first, by exactly one process however many ask, and stored before it is returned.
 *
 * @param key whose: with `userId` that member's, else the bot's; without `teamId`, of the org-wide
 *   installation. A workspace that has none is covered by that of the organization named with it
 * @throws SlackOAuthError with the `code` and `exitCode` of the command: `not_installed`,
 *   `ambiguous_installation` where several apps are installed there; `token_expired`, `refresh_token_invalid`, `token_revoked` where a person
 *   has to authorize again, `invalid_client`, `missing_setting`; `slack_unavailable`, `rate_limited`,
 *   `unexpected_response` to try later; `store_locked` and others of the store. Or the signal's reason
 */
export async function accessToken(
  store: Pick<Store, 'installations' | 'tryLock'>,
  key: InstallationQuery,
  options: AccessTokenOptions = {},
): Promise<string> {
  const { minTtlSeconds = MIN_TTL_SECONDS } = options
  const signal = follower(options.signal)
  signal.throwIfAborted()
  return valid(needsOf(store, options, signal), key, seconds('minTtlSeconds', minTtlSeconds))
}

/**
 * Hands out tokens for as long as an app lives, each as {@link accessToken} gives it. It keeps none:
 * every call reads the store, so what another process has renewed, installed or revoked counts at
 * once. Callers that ask for the same token at once share one renewal, and while Slack fails a token
 * that is still valid is not renewed at every call.
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
    const { minTtlSeconds = MIN_TTL_SECONDS, signal, warn = () => {} } = options
    this.#minTtlSeconds = seconds('minTtlSeconds', minTtlSeconds)
    this.#warn = warn
    this.#signal = follower(this.#closing.signal, signal)
    this.#needs = needsOf(store, options, this.#signal)
  }

  /** @throws as {@link accessToken}; `interrupted` once it is closed */
  async accessToken(key: InstallationQuery): Promise<string> {
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

  async #valid(name: string, key: InstallationQuery): Promise<string> {
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

async function valid(
  needs: AccessTokenNeeds,
  { clientId, enterpriseId, teamId, userId, isEnterpriseInstall }: InstallationQuery,
  minTtlSeconds: number,
): Promise<string> {
  if (!teamId && !enterpriseId) {
    // What an app gets in a request may lack it: that is not to mean whichever place there is
    throw new SlackOAuthError('usage', 'A token is asked for without teamId and enterpriseId')
  }
  const { grant } = await grantThatLasts(needs, {
    place: {
      ...(clientId !== undefined && { clientId }),
      ...(enterpriseId && { enterpriseId }),
      teamId: isEnterpriseInstall ? '' : (teamId ?? ''),
    },
    choice: userId === undefined ? { kind: 'bot' } : { kind: 'user', userId },
    minTtlSeconds,
  })
  return grant.token
}

function needsOf(
  store: Pick<Store, 'installations' | 'tryLock'>,
  options: AccessTokenOptions,
  signal: AbortSignal,
): AccessTokenNeeds {
  const { timeoutSeconds = TIMEOUT_SECONDS, slackUrl = DEFAULT_SLACK_URL, warn } = options
  return {
    store,
    slack: {
      slackUrl: parseSlackUrl(slackUrl),
      signal,
      requestTimeoutSeconds: Math.min(
        seconds('timeoutSeconds', timeoutSeconds),
        REQUEST_TIMEOUT_SECONDS,
      ),
    },
    clientSecret: (clientId) => secretOf(options, clientId),
    now: () => Date.now() / 1000,
    lockTimeoutSeconds: timeoutSeconds,
    notRenewed: (problem, grant) => warn?.(notRenewedInWords(problem, grant)),
    ...(warn && { warn }),
  }
}

/** Any number of renewals listen to it, and none to the signals of the app, which Node would warn of. */
function follower(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const own = AbortSignal.any(signals.filter((signal) => signal !== undefined))
  setMaxListeners(0, own)
  return own
}

async function secretOf({ clientSecret }: AccessTokenOptions, clientId: string): Promise<string> {
  const missing = (cause?: unknown) =>
    new SlackOAuthError('missing_setting', `There is no client secret for the app ${clientId}`, {
      hint: 'Give it as the option clientSecret',
      cause,
    })
  try {
    const secret = typeof clientSecret === 'function' ? await clientSecret(clientId) : clientSecret
    if (secret) return secret
  } catch (error) {
    throw missing(error)
  }
  throw missing()
}

/** @throws SlackOAuthError `usage` unless it is a number of seconds */
function seconds(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new SlackOAuthError('usage', `${option} is a number of seconds, not ${String(value)}`)
}
