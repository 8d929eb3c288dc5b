import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, SlackOAuthError } from '../errors.js'
import type { TokenGrant } from '../slack/installation.js'
import { refreshGrant } from '../slack/refresh-token.js'
import type { RotatedGrant } from '../slack/rotated-grant.js'
import { type SlackOptions, unexpectedResponse } from '../slack/web-api.js'
import type { GrantKey, InstallationStore } from '../store/installation-store.js'

export interface RotationNeeds {
  readonly installations: InstallationStore
  readonly slack: SlackOptions
  /** The app's secret, asked for when it is needed and not before. */
  clientSecret(clientId: string): string | Promise<string>
  /** Unix time in seconds. */
  now(): number
}

/** Slack: "if PKCE is enabled, all refresh tokens … will expire in 30 days". */
const PUBLIC_CLIENT_REFRESH_SECONDS = 30 * 24 * 3600

/** How long a new pair that cannot be stored is tried again: it exists nowhere else. */
const WRITE_PATIENCE_SECONDS = 10

/** What no later try changes; wrong credentials, say, tell nothing of the token. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'refresh_token_invalid',
  'token_revoked',
  'token_expired',
])

/** A request that may have rotated the token is given so long to end after Ctrl-C. */
const ENDING_SECONDS = 5

/**
 * Renews one token at Slack and stores the new pair; undefined where it is no longer the stored one.
 * To be called with the token's lock.
 *
 * @throws SlackOAuthError `refresh_token_invalid` and others that mean a person has to authorize
 *   again, of which the store then keeps a note; `slack_unavailable` … to try later; `store_…`
 */
export async function rotateGrant(
  needs: RotationNeeds,
  key: GrantKey,
  grant: TokenGrant,
): Promise<TokenGrant | undefined> {
  const { installations, slack, now } = needs
  const { refreshToken } = grant
  if (refreshToken === undefined) throw new Error('only a token with a refresh token is rotated')
  const clientSecret = grant.isPublicClient ? undefined : await needs.clientSecret(key.clientId)
  // Written as it is: whether the store can be written is to be known before Slack spends the token
  if (!(await installations.replaceGrant(key, grant, grant))) return undefined

  const ending = endingLater(slack.signal)
  try {
    const rotated = await refreshGrant(
      { refreshToken },
      { clientId: key.clientId, ...(clientSecret !== undefined && { clientSecret }) },
      { ...slack, signal: ending.signal, pauseSignal: slack.signal },
      now,
    )
    const next = successor(key, grant, rotated, now())
    return (await storedOrLost(installations, key, grant, next)) ? next : undefined
  } catch (error) {
    await noteFailure(needs, key, grant, error)
    throw error
  } finally {
    ending.release()
  }
}

/** The new pair with what Slack does not say again. */
export function successor(
  { userId }: GrantKey,
  grant: TokenGrant,
  { kind, grant: next }: RotatedGrant,
  now: number,
): TokenGrant {
  const expected = userId === undefined ? 'bot' : 'user'
  if (kind !== expected) {
    throw unexpectedResponse(
      'oauth.v2.access',
      `holds the token of a ${kind}, not of a ${expected}`,
    )
  }
  return {
    ...next,
    scopes: next.scopes.length > 0 ? next.scopes : grant.scopes,
    ...(grant.isPublicClient && {
      isPublicClient: true,
      refreshTokenExpiresAt: Math.floor(now + PUBLIC_CLIENT_REFRESH_SECONDS),
    }),
  }
}

/** Stores the new pair; false where another program has replaced the old one meanwhile. */
export async function storedOrLost(
  installations: InstallationStore,
  key: GrantKey,
  grant: TokenGrant,
  next: TokenGrant,
): Promise<boolean> {
  const until = performance.now() + WRITE_PATIENCE_SECONDS * 1000
  for (let pause = 100; ; pause *= 2) {
    try {
      return await installations.replaceGrant(key, grant, next)
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      if (performance.now() + pause > until) throw lost(error)
    }
    await sleep(pause)
  }
}

function lost(cause: SlackOAuthError): SlackOAuthError {
  return new SlackOAuthError(
    cause.code,
    `Slack renewed the token, and it could not be stored: ${cause.message}`,
    {
      hint: 'Mend that and run slack-oauth refresh at once: Slack honours the stored refresh token for a short while yet',
      cause,
    },
  )
}

/** What Slack refuses for good is noted beside the token, which stays: it may be all there is. */
async function noteFailure(
  { installations, now }: RotationNeeds,
  key: GrantKey,
  grant: TokenGrant,
  error: unknown,
): Promise<void> {
  if (!(error instanceof SlackOAuthError) || !FINAL.has(error.code)) return
  const failure = { code: error.code, at: Math.floor(now()) }
  await installations.replaceGrant(key, grant, { ...grant, failure }).catch((reason: unknown) => {
    if (!(reason instanceof SlackOAuthError)) throw reason
  })
}

/** A signal that follows another some seconds later. */
function endingLater(signal: AbortSignal): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const later = () => {
    timer = setTimeout(() => controller.abort(signal.reason), ENDING_SECONDS * 1000)
  }
  if (signal.aborted) later()
  else signal.addEventListener('abort', later, { once: true })
  return {
    signal: controller.signal,
    release() {
      signal.removeEventListener('abort', later)
      clearTimeout(timer)
    },
  }
}
