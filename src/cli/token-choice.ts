import { type Command, Option } from 'commander'
import {
  type AppFlags,
  type PlaceFlags,
  type StoreFlags,
  userId,
  withApp,
  withPlace,
  withStore,
} from './options.js'
import type { ChoiceFlags } from './token-flags.js'

export function withChoice(command: Command): Command {
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
