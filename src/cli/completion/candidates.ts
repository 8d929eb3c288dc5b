import type { Command, Option } from 'commander'
import { repeatable } from '../options/argument-parsers.ts'

/** What the shell is to offer: these words, or what it knows best itself. */
export type Offer = readonly Candidate[] | 'files' | 'commands'

export interface Candidate {
  readonly value: string
  readonly description: string
}

/** An option whose values come from elsewhere than its definition, by its name in `opts()`. */
export type ValuesOf = (name: string, command: Command) => Promise<readonly Candidate[]>

/**
 * What may stand in the place of the last word of a command line, all of it out of the definitions that
 * parse it.
 *
 * @param words what follows the program's name, the word to complete last
 * @param program has the command of the first word, if there is one, and otherwise all of them
 */
export async function offer(
  words: readonly string[],
  program: Command,
  valuesOf: ValuesOf,
): Promise<Offer> {
  const [first = '', ...rest] = words
  const current = words.at(-1) ?? ''
  const isNamingCommand = words.length <= 1 || (first === 'help' && words.length === 2)
  if (isNamingCommand) {
    return current.startsWith('-') ? optionsOf(program, []) : commandsOf(program)
  }
  const command = program.commands.find((each) => each.name() === first)
  return command === undefined ? [] : offerFor(command, rest, valuesOf)
}

async function offerFor(
  command: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<Offer> {
  const [before, current] = [words.slice(0, -1), words.at(-1) ?? '']
  const dashes = before.indexOf('--')
  if (dashes !== -1) {
    const takesCommand = command.registeredArguments[0]?.name() === 'command'
    return takesCommand ? (dashes === before.length - 1 ? 'commands' : 'files') : []
  }
  const previous = optionNamed(command, before.at(-1))
  const operands = parsed(command, previous?.required ? before.slice(0, -1) : before)
  const [, attached] = /^(--[^=]+)=/.exec(current) ?? []
  if (attached !== undefined) {
    const values = await optionValues(command, attached, valuesOf)
    if (typeof values === 'string') return values
    return values.map((each) => ({ ...each, value: `${attached}=${each.value}` }))
  }
  if (previous?.required || (previous?.optional && !current.startsWith('-'))) {
    return optionValues(command, before.at(-1) ?? '', valuesOf)
  }
  if (current.startsWith('-')) return optionsOf(command, before)
  return operands.length === 0 ? argumentValues(command) : []
}

function optionNamed(command: Command, flag: string | undefined): Option | undefined {
  return command.options.find(
    ({ long, short }) => flag !== undefined && [long, short].includes(flag),
  )
}

async function optionValues(command: Command, flag: string, valuesOf: ValuesOf): Promise<Offer> {
  const option = optionNamed(command, flag)
  if (option === undefined || !(option.required || option.optional)) return []
  if (option.argChoices) return option.argChoices.map(plain)
  return /<(file|store)>/.test(option.flags) ? 'files' : valuesOf(option.attributeName(), command)
}

/**
 * Gives the command the options that are there so far, for `opts()`, and returns the operands. What does
 * not parse is for the command itself to refuse, once it is run.
 */
function parsed(command: Command, words: readonly string[]): readonly string[] {
  try {
    return command.parseOptions([...words]).operands
  } catch {
    return []
  }
}

/** Of the first operand: no command takes a second one of a known kind. */
function argumentValues({ registeredArguments: [argument] }: Command): Offer {
  if (argument?.argChoices) return argument.argChoices.map(plain)
  return argument?.name().startsWith('file') ? 'files' : []
}

/** Those that are not there yet, or that may be repeated. */
function optionsOf(command: Command, before: readonly string[]): readonly Candidate[] {
  const given = new Set(before.map((word) => word.replace(/=.*/s, '')))
  return command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => {
      const isGiven = [option.long, option.short].some((flag) => flag && given.has(flag))
      return !isGiven || option.parseArg === repeatable
    })
    .map(({ long, flags, description }) => ({ value: long ?? flags, description }))
}

function commandsOf(program: Command): readonly Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({
      value: command.name(),
      description: command.summary() || command.description(),
    }))
}

function plain(value: string): Candidate {
  return { value, description: '' }
}
