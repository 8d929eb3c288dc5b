import type { SelectedGrant } from '../flows/lookup/find-token.ts'
import { findRequestGrant, type RequestSource } from '../flows/lookup/token-for-request.ts'
import { freshGrant, type RenewalNeeds } from '../flows/tokens/renew.ts'
import type { TokenGrant } from '../slack/installation.ts'
import type { GrantKey } from '../store/installation-store.ts'
import { lockName } from '../store/lock-name.ts'
import type { Store } from '../store/store.ts'

const MOST_REMEMBERED = 20_000

/**
 * {@link findRequestGrant}, remembering what it found for as long as the store tells that nothing in
 * it has changed, by any process. A store that does not tell is read each time.
 */
export function createLookups(
  { installations, revision }: Pick<Store, 'installations' | 'revision'>,
  clientId: string,
): (source: RequestSource) => Promise<SelectedGrant | undefined> {
  const found = new Map<string, SelectedGrant>()
  let seen: string | undefined

  return async (source) => {
    if (revision === undefined) return findRequestGrant(installations, clientId, source)
    const { enterpriseId, teamId, userId, isForUser, isEnterpriseInstall } = source
    const key = JSON.stringify([enterpriseId, teamId, userId, isForUser, isEnterpriseInstall])
    // Asked first: what is read after it is at least as new
    const current = await revision()
    if (current !== seen) found.clear()
    seen = current
    const known = found.get(key)
    if (known) return known
    const grant = await findRequestGrant(installations, clientId, source)
    // Another request may have seen a change meanwhile
    if (grant === undefined || seen !== current) return grant
    if (found.size >= MOST_REMEMBERED) found.clear()
    found.set(key, grant)
    return grant
  }
}

/** A token with less left is renewed. */
const RENEWED_BEFORE_SECONDS = 300
/** A token with more left serves the request at hand, and is renewed beside it. */
const USABLE_SECONDS = 10
/** A renewal that has failed is not tried again for so long: requests may come by the hundred. */
const PAUSE_MILLISECONDS = 10_000

/**
 * Finds the token of each request, and renews one that is about to expire, once however many ask. A
 * request waits for that only where the token would not outlive it.
 *
 * @returns a function that gives undefined where the app is not installed, and throws as
 *   {@link freshGrant}
 */
export function createTokens(
  needs: RenewalNeeds & { readonly store: Pick<Store, 'revision'> },
  clientId: string,
): (source: RequestSource) => Promise<SelectedGrant | undefined> {
  const lookup = createLookups(needs.store, clientId)
  const renewals = new Map<string, Promise<TokenGrant>>()

  function renewed(key: GrantKey, grant: TokenGrant): Promise<TokenGrant> {
    const name = lockName(key)
    const running = renewals.get(name)
    if (running) return running
    const renewal = freshGrant(needs, key, grant, { minTtlSeconds: RENEWED_BEFORE_SECONDS })
    renewals.set(name, renewal)
    const again = () => renewals.delete(name)
    const later = () => void setTimeout(again, PAUSE_MILLISECONDS).unref()
    renewal.then((next) => (next.token === grant.token ? later() : again()), later)
    return renewal
  }

  return async (source) => {
    const found = await lookup(source)
    if (found === undefined) return undefined
    const { key, grant } = found
    const left = (grant.expiresAt ?? Number.POSITIVE_INFINITY) - needs.now()
    if (left > RENEWED_BEFORE_SECONDS) return found
    const renewal = renewed(key, grant)
    if (left <= USABLE_SECONDS) return { key, grant: await renewal }
    return found
  }
}
