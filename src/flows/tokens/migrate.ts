import { letEnd } from '../../base/abort.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import type { TokenGrant } from '../../slack/installation.ts'
import { exchangeToken } from '../../slack/methods/token-rotation.ts'
import type { GrantKey } from '../../store/installation-store.ts'
import { currentGrant } from '../lookup/find-token.ts'
import type { RenewalNeeds } from './renew.ts'
import { storedOrLost, successor } from './rotate.ts'
import { whileLocked } from './token-lock.ts'

/**
 * Exchanges a token that does not expire for a pair that does, once: Slack does it no second time,
 * and the old token dies when the pair is first renewed.
 *
 * @throws SlackOAuthError as {@link exchangeToken}, and `store_…`
 */
export async function migrateGrant(
  needs: RenewalNeeds,
  key: GrantKey,
  started: TokenGrant,
): Promise<TokenGrant> {
  const { installations } = needs.store
  return whileLocked(needs, key, async () => {
    const grant = await currentGrant(installations, key)
    // Somebody else was first
    if (grant.token !== started.token) return grant
    const clientSecret = await needs.clientSecret(key.clientId)
    // Whether the store can be written is to be known before Slack exchanges the token for good
    if (!(await installations.replaceGrant(key, grant, grant)))
      return currentGrant(installations, key)
    const credentials = { clientId: key.clientId, clientSecret }
    const rotated = await letEnd(needs.slack.signal, (signal) =>
      exchangeToken(grant.token, credentials, { ...needs.slack, signal }, needs.now),
    )
    const next = successor(key, grant, rotated, needs.now())
    const isStored = await storedOrLost(installations, key, grant, next, lost)
    return isStored ? next : currentGrant(installations, key)
  })
}

function lost(cause: SlackOAuthError): SlackOAuthError {
  return new SlackOAuthError(
    cause.code,
    `Slack exchanged the token, and the new pair could not be stored: ${cause.message}`,
    { hint: 'The stored token works on. For a pair: slack-oauth install', cause },
  )
}
