import { type ErrorCode, SlackOAuthError } from '../../base/errors.ts'
import { uninstallApp } from '../../slack/methods/revoke.ts'
import type { Place } from '../../store/installation-store.ts'
import { exactQuery, nameOf } from '../lookup/find-installation.ts'
import { grantsOfPlace } from '../lookup/stored-tokens.ts'
import { freshGrant } from './renew.ts'
import { whileLocked } from './token-lock.ts'
import type { AccessTokenNeeds } from './usable-token.ts'

/** What Slack says of a token that is dead, whoever holds it. */
const DEAD: ReadonlySet<ErrorCode> = new Set([
  'token_revoked',
  'token_expired',
  'refresh_token_invalid',
])

/**
 * Removes the app from a place at Slack, by whichever stored token Slack takes for it, and forgets
 * the place. Where Slack fails, nothing is forgotten.
 *
 * @returns false where every stored token was dead already: nothing was left to uninstall with
 * @throws SlackOAuthError `authorization_failed` where no token that works may uninstall;
 *   `invalid_client`, `slack_unavailable` …
 */
export async function uninstallPlace(needs: AccessTokenNeeds, place: Place): Promise<boolean> {
  const { installations } = needs.store
  const clientSecret = await needs.clientSecret(place.clientId)
  let refused: unknown
  for await (const { key, grant } of grantsOfPlace(installations, place)) {
    try {
      const { token } = await freshGrant(needs, key, grant, { minTtlSeconds: 0 })
      await whileLocked(needs, key, async () => {
        await uninstallApp(token, { clientId: place.clientId, clientSecret }, needs.slack)
        await installations.deleteAll(exactQuery(place))
      })
      return true
    } catch (error) {
      if (!(error instanceof SlackOAuthError)) throw error
      // Slack lets some tokens uninstall and others not ("no_permission"): the next may do
      if (error.code === 'authorization_failed') refused = error
      else if (!DEAD.has(error.code)) throw error
    }
  }
  if (refused !== undefined) throw refused
  needs.warn?.(
    `No stored token for ${await nameOf(installations, place)} works any more: if Slack still lists the app there, an admin removes it`,
  )
  await installations.deleteAll(exactQuery(place))
  return false
}
