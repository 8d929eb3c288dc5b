import type { Command } from 'commander'
import type { Installation } from '../../slack/installation.ts'
import type { Context } from '../context.ts'
import { environment } from '../settings/environment.ts'
import { storeLocation } from '../settings/store.ts'
import type { Candidate } from './candidates.ts'

/** A person waits for the Tab key: what was found by then is shown. */
const PATIENCE_MILLISECONDS = 400

/** More than a screen shows. */
const MOST = 200

/** What of an installation an option names, and how people know it. No token is looked at. */
const named: Readonly<Record<string, (installation: Installation) => Partial<Candidate>>> = {
  team: ({ team }) => ({ value: team?.id ?? '', description: team?.name ?? '' }),
  enterprise: ({ enterprise }) => ({
    value: enterprise?.id ?? '',
    description: enterprise?.name ?? '',
  }),
  user: ({ user, team, enterprise }) => ({
    value: user.id,
    description: team?.name ?? enterprise?.name ?? '',
  }),
  clientId: ({ clientId, appId }) => ({ value: clientId, description: appId }),
}

/**
 * Ids out of the store that the command line names so far, with their names. None where there is no
 * store, or one over the network, which could take longer than a key may.
 *
 * @param typed the beginning of an id, or of a name
 */
export async function storedValues(
  context: Context,
  name: string,
  command: Command,
  typed: string,
): Promise<readonly Candidate[]> {
  const read = named[name]
  if (read === undefined) return []
  const { db, envFile, clientId, team, enterprise } = command.opts()
  const env = environment(context, { envFile })
  if ((db ?? env.SLACK_OAUTH_DB)?.includes('://')) return []
  const location = await storeLocation(context, env, { db: db && atHome(db, context) })

  const found = new Map<string, Candidate>()
  const until = performance.now() + PATIENCE_MILLISECONDS
  const { openStore } = await import('../../store/open-store.ts')
  const store = await openStore(location, { mustExist: true })
  const filter = {
    ...(name !== 'clientId' && clientId && { clientId }),
    ...(name !== 'team' && team && { teamId: team }),
    ...(name !== 'enterprise' && enterprise !== undefined && { enterpriseId: enterprise }),
  }
  try {
    for await (const installation of store.installations.list(filter)) {
      const { value = '', description = '' } = read(installation)
      const candidate = { value, description }
      // A shell may take any other character for its own
      if (/^[\w.-]+$/.test(value) && isMeant(candidate, typed)) found.set(value, candidate)
      if (found.size >= MOST || performance.now() > until) break
    }
  } finally {
    await store.close()
  }
  return [...found.values()]
}

/** Whether somebody who typed this may mean it: by its name, too, where it has one. */
export function isMeant({ value, description }: Candidate, typed: string): boolean {
  if (value.startsWith(typed)) return true
  return /^[\w.-]+$/.test(value) && description.toLowerCase().startsWith(typed.toLowerCase())
}

/** The shell has not expanded what is still being typed. */
function atHome(path: string, { env }: Context): string {
  return path.replace(/^~(?=\/)/, env.HOME ?? '~')
}
