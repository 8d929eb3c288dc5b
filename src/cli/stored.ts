import type { InstallationFilter } from '../store/installation-store.js'
import type { Store } from '../store/store.js'
import type { Context } from './context.js'
import type { AppFlags, PlaceFlags, StoreFlags } from './options.js'
import { warn } from './output.js'
import { environment, optionalClientId, storeLocation } from './settings.js'

/**
 * Runs work on the store that the flags name, with the filter that they make of it, and closes it.
 *
 * @throws SlackOAuthError `not_installed` where there is no store yet
 */
export async function inStore<T>(
  context: Context,
  flags: StoreFlags & AppFlags & PlaceFlags,
  work: (store: Store, filter: InstallationFilter) => Promise<T>,
): Promise<T> {
  const env = environment(context, flags)
  const app = optionalClientId(env, flags)
  const { openStore } = await import('../store/open-store.js')
  const warnings: string[] = []
  const store = await openStore(await storeLocation(env, flags), {
    mustExist: true,
    warn: (message) => warnings.push(message),
  })
  try {
    for (const message of warnings) await warn(context, message)
    return await work(store, {
      ...(app && { clientId: app }),
      ...(flags.team && { teamId: flags.team }),
      ...(flags.enterprise && { enterpriseId: flags.enterprise }),
    })
  } finally {
    await store.close()
  }
}
