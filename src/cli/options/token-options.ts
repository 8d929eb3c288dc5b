import { type Command, Option } from 'commander'
import { duration, userId } from './argument-parsers.ts'
import {
  type AppFlags,
  type PlaceFlags,
  type StoreFlags,
  withApp,
  withPlace,
  withRenewal,
  withStore,
} from './shared-options.ts'
import { type ChoiceFlags, MIN_TTL_SECONDS } from './token-flags.ts'

/** The options of a command that uses one token. */
export function withToken(command: Command): Command {
  return withFreshness(withChoice(command))
}

/** Which installation, and how long its tokens have to last. */
export function withFreshness(command: Command): Command {
  const lasting = command
    .addOption(
      new Option(
        '--min-ttl <time>',
        `how long it has to last, such as 300, 5m or 2h (default: ${MIN_TTL_SECONDS / 60}m)`,
      ).argParser(duration),
    )
    .option('--no-refresh', 'never ask Slack: fail when the token does not last')
  return withRenewal(withStore(withApp(withPlace(lasting))))
}

function withChoice(command: Command): Command {
  const text = "a member's token instead; the id may be left out when there is one"
  return command
    .addOption(userOption(text).conflicts('bot'))
    .option('--bot', "the bot's token and no other")
}

/** A stored token: which installation, and which of its tokens. */
export interface TokenChoiceFlags extends ChoiceFlags, StoreFlags, AppFlags, PlaceFlags {}

export function withTokenChoice(command: Command): Command {
  return withStore(withApp(withPlace(withChoice(command))))
}

export function userOption(description: string): Option {
  return new Option('--user [id]', description).argParser(userId)
}
