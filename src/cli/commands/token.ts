import { Command, Option } from 'commander'
import type { SelectedGrant } from '../../flows/select-grant.js'
import type { Context } from '../context.js'
import {
  type AppFlags,
  duration,
  type PlaceFlags,
  type RenewalFlags,
  type StoreFlags,
  withApp,
  withPlace,
  withRenewal,
  withStore,
} from '../options.js'
import { renewalNeeds } from '../renewal.js'
import { inStore } from '../stored.js'
import { type ChoiceFlags, tokenChoice, withChoice } from '../token-choice.js'

/** Which token, and how long it has to last. */
export interface TokenFlags extends StoreFlags, AppFlags, PlaceFlags, RenewalFlags, ChoiceFlags {
  readonly minTtl?: number
  readonly refresh: boolean
}

/** As long as a job may take to come to use its token. */
const MIN_TTL_SECONDS = 300

export function tokenCommand(context: Context): Command {
  const command = new Command('token')
    .summary('print one valid token')
    .description(
      'Print the token of an installation: that of the bot, or of a member where there is no bot. ' +
        'One that is about to expire is renewed first, by one process however many ask. ' +
        'Standard output is the token and a newline, nothing else, so it is safe inside $(…).',
    )
    .addHelpText(
      'after',
      `
Examples:
  TOKEN=$(slack-oauth token)
  slack-oauth token --team T0123ABCD --user U0123ABCD`,
    )
    .action(async (flags: TokenFlags) => {
      const { grant } = await validToken(context, flags)
      context.stdout.write(`${grant.token}\n`)
    })
  return withToken(command)
}

/** The options of a command that uses one token. */
export function withToken(command: Command): Command {
  const chosen = withChoice(command)
    .addOption(
      new Option(
        '--min-ttl <time>',
        'how long it has to last, such as 300, 5m or 2h (default: 5m)',
      ).argParser(duration),
    )
    .option('--no-refresh', 'never ask Slack: fail when the token does not last')
  return withRenewal(withStore(withApp(withPlace(chosen))))
}

/** The token that the flags name, renewed where it does not last. */
export async function validToken(context: Context, flags: TokenFlags): Promise<SelectedGrant> {
  const { accessToken } = await import('../../flows/access-token.js')
  return inStore(context, flags, (store, place, env) =>
    accessToken(renewalNeeds(context, env, flags, store), {
      place,
      choice: tokenChoice(flags),
      // Who renews nothing takes what is there, down to its last second, unless told otherwise
      minTtlSeconds: flags.minTtl ?? (flags.refresh ? MIN_TTL_SECONDS : 0),
      isOffline: !flags.refresh,
    }),
  )
}
