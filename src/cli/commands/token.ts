import { Command, Option } from 'commander'
import type { TokenChoice } from '../../flows/access-token.js'
import type { Context } from '../context.js'
import {
  type AppFlags,
  type PlaceFlags,
  type StoreFlags,
  userId,
  withApp,
  withPlace,
  withStore,
} from '../options.js'
import { inStore } from '../stored.js'

interface Flags extends StoreFlags, AppFlags, PlaceFlags {
  readonly user?: string | true
  readonly bot?: true
}

export function tokenCommand(context: Context): Command {
  const command = new Command('token')
    .summary('print one valid token')
    .description(
      'Print the token of an installation: that of the bot, or of a member where there is no bot. ' +
        'Standard output is the token and a newline, nothing else, so it is safe inside $(…).',
    )
    .addOption(
      new Option(
        '--user [id]',
        "a member's token instead; the id may be left out when there is one",
      )
        .argParser(userId)
        .conflicts('bot'),
    )
    .option('--bot', "the bot's token and no other")
    .addHelpText(
      'after',
      `
Examples:
  TOKEN=$(slack-oauth token)
  slack-oauth token --team T0123ABCD --user U0123ABCD`,
    )
    .action(async (flags: Flags) => {
      context.stdout.write(`${await findToken(context, flags)}\n`)
    })
  return withStore(withApp(withPlace(command)))
}

async function findToken(context: Context, flags: Flags): Promise<string> {
  const { accessToken } = await import('../../flows/access-token.js')
  return inStore(context, flags, ({ installations }, place) =>
    accessToken(installations, { place, choice: choice(flags), now: context.now() }),
  )
}

function choice({ bot, user }: Flags): TokenChoice {
  if (bot) return { kind: 'bot' }
  if (user === undefined) return { kind: 'any' }
  return user === true ? { kind: 'user' } : { kind: 'user', userId: user }
}
