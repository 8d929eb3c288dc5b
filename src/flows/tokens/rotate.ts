import { setTimeout as sleep } from 'node:timers/promises'
import { letEnd } from '../../base/abort.ts'
import { type ErrorCode, SlackOAuthError } from '../../base/errors.ts'
import { publicClientGrant } from '../../slack/authorize/pkce.ts'
import { type SlackOptions, unexpectedResponse } from '../../slack/client/web-api.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import { authTest } from '../../slack/methods/auth-test.ts'
import { type RotatedGrant, refreshGrant } from '../../slack/methods/token-rotation.ts'
import type { GrantKey, InstallationStore } from '../../store/installation-store.ts'
import { findGrant } from '../lookup/find-token.ts'

export interface RotationNeeds {
  readonly installations: InstallationStore
  readonly slack: SlackOptions
  /** The app's secret, asked for when it is needed and not before. */
  clientSecret(clientId: string): string | Promise<string>
  /** Unix time in seconds. */
  now(): number
}

/** How long a new pair that cannot be stored is tried again: it exists nowhere else. */
const WRITE_PATIENCE_SECONDS = 10

/** What no later try changes; wrong credentials, say, tell nothing of the token. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'refresh_token_invalid',
  'token_revoked',
  'token_expired',
])

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

  try {
    const rotated = await letEnd(slack.signal, (signal) =>
      refreshGrant(
        { refreshToken },
        { clientId: key.clientId, ...(clientSecret !== undefined && { clientSecret }) },
        { ...slack, signal, pauseSignal: slack.signal },
        now,
      ),
    )
    const next = successor(key, grant, rotated, now())
    if (await storedOrLost(installations, key, grant, next, lost)) return next
    return await survivor(needs, key, next)
  } catch (error) {
    await noteFailure(needs, key, grant, error)
    throw error
  }
}

/** How often two programs may replace each other's pair before it is left to the next read. */
const MAX_RACES = 3

/** What Slack says of a token that has ended; anything else may pass. */
const ENDED: ReadonlySet<ErrorCode> = new Set(['token_revoked', 'token_expired'])

/**
 * The new pair, where the one that another program has stored meanwhile is dead: an app that takes no lock of ours
 * may have spent the same refresh token, and Slack honours one of the two pairs. Undefined where the
 * stored one is to be used.
 */
async function survivor(
  { installations, slack }: RotationNeeds,
  key: GrantKey,
  next: TokenGrant,
): Promise<TokenGrant | undefined> {
  for (let race = 0; race < MAX_RACES; race++) {
    const stored = await findGrant(installations, key)
    if (stored === undefined || !(await isSurvivor(slack, next, stored))) return undefined
    if (await installations.replaceGrant(key, stored, next)) return next
  }
  return undefined
}

/** Of two pairs for one token: whether Slack says that the other is dead, and that this one is not. */
export async function isSurvivor(
  slack: SlackOptions,
  grant: TokenGrant,
  other: TokenGrant,
): Promise<boolean> {
  const hasEnded = ({ token }: TokenGrant) =>
    authTest(token, slack).then(
      () => false,
      (error: unknown) => error instanceof SlackOAuthError && ENDED.has(error.code),
    )
  return (await hasEnded(other)) && !(await hasEnded(grant))
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
  const renewed = { ...next, scopes: next.scopes.length > 0 ? next.scopes : grant.scopes }
  return grant.isPublicClient ? publicClientGrant(renewed, now) : renewed
}

/**
 * Stores the new pair; false where another program has replaced the old one meanwhile.
 *
 * @throws what `lost` makes of the store's error, once that has lasted for some seconds
 */
export async function storedOrLost(
  installations: InstallationStore,
  key: GrantKey,
  grant: TokenGrant,
  next: TokenGrant,
  lost: (cause: SlackOAuthError) => SlackOAuthError,
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
