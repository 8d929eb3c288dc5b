import { exchangeToken } from '../slack/exchange-token.js'
import type { TokenGrant } from '../slack/installation.js'
import type { GrantKey } from '../store/installation-store.js'
import type { RenewalNeeds } from './fresh-grant.js'
import { storedOrLost, successor } from './rotate-grant.js'
import { currentGrant } from './select-grant.js'
import { whileLocked } from './token-lock.js'

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
    const rotated = await exchangeToken(
      grant.token,
      { clientId: key.clientId, clientSecret },
      needs.slack,
      needs.now,
    )
    const next = successor(key, grant, rotated, needs.now())
    const isStored = await storedOrLost(installations, key, grant, next)
    return isStored ? next : currentGrant(installations, key)
  })
}
