import { carefreeToken } from '../../flows/tokens/usable-token.ts'
import { DEFAULT_SLACK_URL, SLACK_URLS } from '../../slack/slack-url.ts'
import { keyFromEnvironment } from '../../store/encryption/key-source.ts'
import { openStoreFile } from '../../store/open-store.ts'
import { lasting, tokenChoice } from '../options/token-flags.ts'
import { durationSeconds, isEnterpriseId, isTeamId, isUserId } from '../options/value-syntax.ts'
import { withoutBlanks } from '../settings/environment.ts'
import { secretSettings } from '../settings/secrets.ts'
import { isFile, placeFilter, storeFile } from '../settings/store.ts'

/**
 * Of the options of `token` those that need no more than the store, and what their values look like;
 * true for one that takes none.
 */
const options: Readonly<Record<string, true | ((value: string) => boolean)>> = {
  '--bot': true,
  '--client-id': isTrimmed,
  '--db': isTrimmed,
  '--enterprise': isEnterpriseId,
  '--min-ttl': (value) => durationSeconds(value) !== undefined,
  '--no-refresh': true,
  '--team': isTeamId,
  '--user': isUserId,
}

/** As long as a short write of another process takes: the parser's way waits longer, and in order. */
const BUSY_TIMEOUT_SECONDS = 0.1

/**
 * What `token` prints, where all it has to do is to read a file. Undefined for everything else: for
 * other options, for what the user has to be told, and for every error. `commands/token.ts` does it
 * then from the beginning.
 */
export async function quickToken(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  try {
    return await carefree(args, withoutBlanks(environment))
  } catch {
    return undefined
  }
}

async function carefree(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const flags = flagsOf(args)
  const named = flags?.db ?? env.SLACK_OAUTH_DB
  const { SLACK_OAUTH_SLACK_URL: slack = DEFAULT_SLACK_URL } = env
  if (flags === undefined || !isFile(named ?? '') || !SLACK_URLS.includes(slack)) return undefined
  // Who can read such a file is looked at, and may be told
  if (secretSettings.some((name) => env[`${name}_FILE`])) return undefined
  let isQuiet = true
  const opening = {
    mustExist: true,
    busyTimeoutSeconds: BUSY_TIMEOUT_SECONDS,
    key: () => keyFromEnvironment(env) ?? withoutKey(),
    warn: () => {
      isQuiet = false
    },
  }
  const store = await openStoreFile(await storeFile(named), opening)
  try {
    const request = {
      place: placeFilter(env, flags),
      choice: tokenChoice(flags),
      ...lasting(flags),
    }
    const token = await carefreeToken(store.installations, request, Date.now() / 1000)
    return isQuiet && token !== undefined ? `${token}\n` : undefined
  } finally {
    await store.close()
  }
}

/** A keychain may ask a person to unlock it: once, and by a program that hears Ctrl-C meanwhile. */
function withoutKey(): never {
  throw new Error('The key is not in the environment')
}

function flagsOf(args: readonly string[]) {
  const given = optionsOf(args)
  if (given === undefined || (given.has('--bot') && given.has('--user'))) return undefined
  const minTtl = given.get('--min-ttl')
  return {
    bot: given.has('--bot'),
    clientId: given.get('--client-id'),
    db: given.get('--db'),
    enterprise: given.get('--enterprise'),
    minTtl: minTtl === undefined ? undefined : durationSeconds(minTtl),
    refresh: !given.has('--no-refresh'),
    team: given.get('--team'),
    user: given.get('--user'),
  }
}

/**
 * Each option at most once, as `--name value` or `--name=value`. Undefined for what the parser may see
 * in another way. By hand: `parseArgs` of Node costs as much as a tenth of what a bare Node does.
 */
function optionsOf(args: readonly string[]): ReadonlyMap<string, string> | undefined {
  const given = new Map<string, string>()
  for (let index = 0; index < args.length; index++) {
    const [, name = '', joined] = /^(--[a-z-]+)(?:=(.*))?$/s.exec(args[index] ?? '') ?? []
    const rule = Object.hasOwn(options, name) ? options[name] : undefined
    const value = joined ?? (rule === true ? '' : (args[++index] ?? ''))
    const isPlain = rule === true ? joined === undefined : rule?.(value) && !value.startsWith('-')
    if (!isPlain || given.has(name)) return undefined
    given.set(name, value)
  }
  return given
}

function isTrimmed(value: string): boolean {
  return value !== '' && value === value.trim()
}
