import { setMaxListeners } from 'node:events'
import { SlackOAuthError } from '../base/errors.ts'
import { selectGrant } from '../flows/lookup/find-token.ts'
import { findTenantToken } from '../flows/lookup/token-for-request.ts'
import { notRenewedInWords } from '../flows/tokens/renewal-errors.ts'
import { type AccessTokenNeeds, lasting } from '../flows/tokens/usable-token.ts'
import type { Store } from '../store/store.ts'
import { type ReachOptions, seconds, slackOptionsOf, TIMEOUT_SECONDS } from './client-options.ts'

/** Whose token, as Slack's requests name it: a workspace, an organization, or both. */
export interface AccessTokenKey {
  /** The app; needed where the store holds several in that place and was opened for none of them. */
  readonly clientId?: string | undefined
  readonly enterpriseId?: string | undefined
  /**
   * Its id decides, whatever organization is named with it; one that has no installation is covered by that of
   * the organization.
   */
  readonly teamId?: string | undefined
  /** This member's token; without it, the bot's. */
  readonly userId?: string | undefined
  /** That of the organization as a whole, also where a workspace is named. */
  readonly isEnterpriseInstall?: boolean | undefined
}

export interface AccessTokenOptions extends ReachOptions {
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
  /** Hears why a token was not renewed that is still good, and of a refresh token that ends soon. */
  readonly warn?: (message: string) => void
}

const MIN_TTL_SECONDS = 300

/**
 * A token that works, as `slack-oauth token` prints it: the stored one, or where it does not last one
 * that is renewed first, by exactly one process however many ask, and stored before it is returned.
 *
 * @throws SlackOAuthError with the `code` and `exitCode` of the command: `not_installed`,
 *   `ambiguous_installation` where several apps are installed there; `token_expired`,
 *   `refresh_token_invalid`, `token_revoked` where a person has to authorize again; `usage`,
 *   `missing_setting`, `invalid_client`; `slack_unavailable`, `rate_limited`, `unexpected_response` to
 *   try later; `store_locked` and others of the store. Or the signal's reason
 * @example
 * import { accessToken, openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db', { clientId: '123.456' })
 * const clientSecret = process.env.SLACK_CLIENT_SECRET ?? ''
 * const token = await accessToken(store, { teamId: 'T0123ABCD' }, { clientSecret })
 * await store.close()
 */
export async function accessToken(
  store: Pick<Store, 'installations' | 'tryLock'>,
  key: AccessTokenKey,
  options: AccessTokenOptions = {},
): Promise<string> {
  const signal = follower(options.signal)
  signal.throwIfAborted()
  return valid(needsOf(store, options, signal), key, minTtlOf(options))
}

/** A token that lasts for that long, by whichever needs. */
export async function valid(
  needs: AccessTokenNeeds,
  { clientId, enterpriseId, teamId, userId, isEnterpriseInstall }: AccessTokenKey,
  minTtlSeconds: number,
): Promise<string> {
  // What an app reads out of a request may lack it: that is not to mean whichever place there is
  if (!enterpriseId && (!teamId || isEnterpriseInstall)) {
    const missing = isEnterpriseInstall ? 'enterpriseId' : 'teamId and enterpriseId'
    throw new SlackOAuthError('usage', `A token is asked for without ${missing}`)
  }
  const filter = {
    ...(clientId !== undefined && { clientId }),
    ...(enterpriseId && { enterpriseId }),
    teamId: isEnterpriseInstall ? '' : (teamId ?? ''),
  }
  const { installations } = needs.store
  const app = clientId ?? (await onlyAppOf(installations, filter))
  const found =
    app === undefined
      ? undefined
      : await findTenantToken(installations, {
          ...filter,
          clientId: app,
          ...(userId !== undefined && { userId }),
          ...(isEnterpriseInstall && { isEnterpriseInstall }),
        })
  // Where there is none, the error says which is missing
  const choice =
    userId === undefined ? ({ kind: 'bot' } as const) : ({ kind: 'user', userId } as const)
  const selected = found ?? (await selectGrant(installations, filter, choice))
  const { grant } = await lasting(needs, selected, { minTtlSeconds })
  return grant.token
}

/** Undefined where there are none, or several to choose from. */
async function onlyAppOf(
  installations: Store['installations'],
  { enterpriseId, teamId }: { readonly enterpriseId?: string; readonly teamId: string },
): Promise<string | undefined> {
  const filters = [
    ...(teamId === '' ? [] : [{ teamId }]),
    ...(enterpriseId === undefined ? [] : [{ enterpriseId, teamId: '' }]),
  ]
  for (const filter of filters) {
    const apps = new Set<string>()
    for await (const place of installations.places(filter)) apps.add(place.clientId)
    const [only, ...others] = apps
    if (only !== undefined) return others.length > 0 ? undefined : only
  }
  return undefined
}

/** @throws SlackOAuthError `usage` */
export function minTtlOf({ minTtlSeconds = MIN_TTL_SECONDS }: AccessTokenOptions): number {
  return seconds('minTtlSeconds', minTtlSeconds)
}

/** What the options say, and the flows need. */
export function needsOf(
  store: Pick<Store, 'installations' | 'tryLock'>,
  options: AccessTokenOptions,
  signal: AbortSignal,
): AccessTokenNeeds {
  const { timeoutSeconds = TIMEOUT_SECONDS, warn } = options
  return {
    store,
    slack: slackOptionsOf(options, signal),
    clientSecret: (clientId) => secretOf(options, clientId),
    now: () => Date.now() / 1000,
    lockTimeoutSeconds: timeoutSeconds,
    notRenewed: (problem, grant) => warn?.(notRenewedInWords(problem, grant)),
    ...(warn && { warn }),
  }
}

/** Any number of renewals listen to it, and none to the signals of the app, which Node would warn of. */
export function follower(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
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
