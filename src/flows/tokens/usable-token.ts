import { moment } from '../../base/utc-time.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import type { InstallationFilter, InstallationStore } from '../../store/installation-store.ts'
import {
  type SelectedGrant,
  selectGrant,
  selectGrants,
  type TokenChoice,
} from '../lookup/find-token.ts'
import type { RenewalNeeds } from './renew.ts'
import { endless, expired } from './renewal-errors.ts'

export interface AccessTokenNeeds extends RenewalNeeds {
  /** Hears of what will go wrong some day. */
  warn?(message: string): void
}

export interface AccessTokenRequest extends Freshness {
  readonly place: Omit<InstallationFilter, 'userId'>
  readonly choice: TokenChoice
}

export interface AccessTokensRequest extends Freshness {
  readonly place: Omit<InstallationFilter, 'userId'>
  /** None for all that one can have without choosing: the bot's, and the only member's. */
  readonly choices: readonly TokenChoice[]
}

interface Freshness {
  /** The token has to last so much longer, or is renewed. */
  readonly minTtlSeconds: number
  /** Never asks Slack: a token that does not last is an error. */
  readonly isOffline?: boolean
}

/** Time to install again before a refresh token dies that nothing renews. */
const WARN_BEFORE_SECONDS = 3 * 24 * 3600

/**
 * A token that works, and whose it is: the stored one, renewed first where it is about to expire.
 *
 * @throws SlackOAuthError `not_installed`, `ambiguous_installation`, and as {@link freshGrant}
 */
export async function accessToken(
  needs: AccessTokenNeeds,
  { place, choice, ...freshness }: AccessTokenRequest,
): Promise<SelectedGrant> {
  return lasting(needs, await selectGrant(needs.store.installations, place, choice), freshness)
}

/**
 * The token of {@link accessToken} where there is nothing to be done for it and nothing to be said of
 * it. Undefined where it has to be renewed, or will end.
 *
 * @throws SlackOAuthError `not_installed`, `ambiguous_installation`
 */
export async function carefreeToken(
  installations: InstallationStore,
  { place, choice, minTtlSeconds }: AccessTokenRequest,
  now: number,
): Promise<string | undefined> {
  const { grant } = await selectGrant(installations, place, choice)
  return lastsFor(grant, minTtlSeconds, now) && !endsSoon(grant, now) ? grant.token : undefined
}

/**
 * The tokens of one place that a program may use side by side, each as {@link accessToken} gives it:
 * all of them or none.
 */
export async function accessTokens(
  needs: AccessTokenNeeds,
  { place, choices, ...freshness }: AccessTokensRequest,
): Promise<SelectedGrant[]> {
  const selected = await selectGrants(needs.store.installations, place, choices)
  const fresh: SelectedGrant[] = []
  for (const each of selected) fresh.push(await lasting(needs, each, freshness))
  return fresh
}

/** A token that was found, renewed first where it does not last. */
export async function lasting(
  needs: AccessTokenNeeds,
  selected: SelectedGrant,
  freshness: Freshness,
): Promise<SelectedGrant> {
  const lasts = await lastingGrant(needs, selected, freshness)
  warnOfEnd(needs, lasts)
  return { key: selected.key, grant: lasts }
}

async function lastingGrant(
  needs: AccessTokenNeeds,
  { key, grant }: SelectedGrant,
  { minTtlSeconds, isOffline = false }: Freshness,
): Promise<TokenGrant> {
  const now = needs.now()
  if (lastsFor(grant, minTtlSeconds, now)) return grant
  if (isOffline) {
    throw grant.refreshToken === undefined ? endless(key, grant, now) : expired(key, grant, now)
  }
  // Loaded here alone: a token that lasts is all that `token` in a shell prompt meets
  const { freshGrant } = await import('./renew.ts')
  return freshGrant(needs, key, grant, { minTtlSeconds })
}

/** Slack lets the refresh token of a public client live thirty days, and says so nowhere later. */
function warnOfEnd({ now, warn }: AccessTokenNeeds, grant: TokenGrant): void {
  if (!endsSoon(grant, now())) return
  warn?.(
    `The refresh token of this public client (PKCE) ends at ${moment(grant.refreshTokenExpiresAt)}: renew it before then with slack-oauth refresh, or install again`,
  )
}

function lastsFor({ expiresAt = Infinity }: TokenGrant, seconds: number, now: number): boolean {
  return expiresAt > now + seconds
}

function endsSoon(
  grant: TokenGrant,
  now: number,
): grant is TokenGrant & { refreshTokenExpiresAt: number } {
  const { refreshTokenExpiresAt = Infinity } = grant
  return refreshTokenExpiresAt <= now + WARN_BEFORE_SECONDS
}
