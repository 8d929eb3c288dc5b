import { join, resolve } from 'node:path'
import { SlackOAuthError } from '../errors.js'
import type { Context } from './context.js'
import type { StoreFlags } from './options.js'
import { warn } from './output.js'
import { dataFolder } from './settings.js'

/** Where the store is: a URL, or a file, by default in the user's data folder of the platform. */
export async function storeLocation(
  context: Context,
  env: Context['env'],
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
  const { holdsPassword } = await import('../store/open-store.js')
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
