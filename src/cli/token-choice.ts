import { type Command, Option } from 'commander'
import type { TokenChoice } from '../flows/select-grant.js'
import { userId } from './options.js'

/** Which token of an installation. */
export interface ChoiceFlags {
  readonly user?: string | true
  readonly bot?: true
}

export function withChoice(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--user [id]',
        "a member's token instead; the id may be left out when there is one",
      )
        .argParser(userId)
        .conflicts('bot'),
    )
    .option('--bot', "the bot's token and no other")
}

export function tokenChoice({ bot, user }: ChoiceFlags): TokenChoice {
  if (bot) return { kind: 'bot' }
  if (user === undefined) return { kind: 'any' }
  return user === true ? { kind: 'user' } : { kind: 'user', userId: user }
}
