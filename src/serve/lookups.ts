import { findRequestGrant, type RequestSource } from '../flows/request-grant.js'
import type { SelectedGrant } from '../flows/select-grant.js'
import type { Store } from '../store/store.js'

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
