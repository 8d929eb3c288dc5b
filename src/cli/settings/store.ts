import { join, resolve } from 'node:path'
import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import type { InstallationFilter } from '../../store/installation-store.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import type { AppFlags, PlaceFlags, StoreFlags } from '../options/shared-options.ts'
import { warn } from '../terminal/output.ts'
import { clientId, FIRST_STEPS, optionalClientId } from './app.ts'
import { dataFolder, environment } from './environment.ts'

/** Where the store is: a URL, or a file, by default in the user's data folder of the platform. */
export async function storeLocation(
  context: Context,
  env: Environment,
  flags: StoreFlags,
): Promise<string> {
  const named = flags.db ?? env.SLACK_OAUTH_DB
  if (flags.db?.includes('://')) await warnOfPassword(context, flags.db)
  return named === undefined || isFile(named) ? storeFile(named) : named
}

export function isFile(named: string): boolean {
  return !named.includes('://') && named !== ':memory:'
}

/** The file of a store that no URL names. */
export async function storeFile(named: string | undefined): Promise<string> {
  return named ? absolute(named) : join(await dataFolder(), 'installations.db')
}

async function warnOfPassword(context: Context, url: string): Promise<void> {
  const { holdsPassword } = await import('../../store/open-store.ts')
  if (!holdsPassword(url)) return
  await warn(
    context,
    'The process list shows the password in --db: put the URL into SLACK_OAUTH_DB, or the password into PGPASSWORD or ~/.pgpass',
  )
}

function absolute(path: string): string {
  try {
    return resolve(path)
  } catch (error) {
    throw new SlackOAuthError('usage', `The folder that ${path} is to be in is gone`, {
      hint: 'Change to a folder that exists, or name the store by its whole path',
      cause: error,
    })
  }
}

/** Opens a store, says what is to be warned of, and closes it whatever becomes of the work. */
export async function withOpenStore<T>(
  context: Context,
  location: string,
  { env, ...options }: { mustExist: boolean; env: Environment },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const { openStore } = await import('../../store/open-store.ts')
  const warnings: string[] = []
  const tell = async () => {
    for (const message of warnings.splice(0)) await warn(context, message)
  }
  const store = await openStore(location, {
    ...options,
    signal: context.signal,
    key: () => keyFromEnvironment(env),
    warn: (text) => warnings.push(text),
  }).finally(tell)
  try {
    return await work(store)
  } finally {
    await store.close()
    await tell()
  }
}

/**
 * Runs work on the store that the flags name, with the filter that they make of it and the settings.
 *
 * @throws SlackOAuthError `not_installed` where there is no store yet
 */
export async function inStore<T>(
  context: Context,
  flags: StoreFlags & AppFlags & PlaceFlags,
  work: (store: Store, filter: InstallationFilter, env: Environment) => Promise<T>,
): Promise<T> {
  const env = environment(context, flags)
  const filter = placeFilter(env, flags)
  return withOpenStore(
    context,
    await storeLocation(context, env, flags),
    { mustExist: true, env },
    (store) => work(store, filter, env),
  )
}

/** The installations that the flags and the settings mean. */
export function placeFilter(
  env: Environment,
  flags: AppFlags & PlaceFlags,
): Omit<InstallationFilter, 'userId'> {
  const app = optionalClientId(env, flags)
  return {
    ...(app && { clientId: app }),
    ...(flags.team && { teamId: flags.team }),
    ...(flags.enterprise !== undefined && { enterpriseId: flags.enterprise }),
  }
}

/** The app to authorize: the one that is set, else the only one in the store. */
export async function clientIdOrOnly(
  env: Environment,
  flags: AppFlags,
  location: string,
): Promise<string> {
  return (
    optionalClientId(env, flags) ?? (await onlyApp(location)) ?? clientId(env, flags, FIRST_STEPS)
  )
}

async function onlyApp(location: string): Promise<string | undefined> {
  const { openStore } = await import('../../store/open-store.ts')
  const store = await openStore(location, { mustExist: true }).catch((error: unknown) => {
    if (error instanceof SlackOAuthError && error.code === 'not_installed') return undefined
    throw error
  })
  const apps = new Set<string>()
  try {
    for await (const place of store?.installations.places() ?? []) {
      apps.add(place.clientId)
      if (apps.size > 1) return undefined
    }
  } finally {
    await store?.close()
  }
  return [...apps][0]
}
