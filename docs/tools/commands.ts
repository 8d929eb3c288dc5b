import type { Command, Option } from 'commander'
import { allCommands } from '../../src/cli/command-loaders.ts'
import { type CommandName, commandNames, createProgram, summaries } from '../../src/cli/program.ts'

/** A command as its definition tells it: the documents are made of this and of nothing else. */
export interface Described {
  readonly name: string
  readonly summary: string
  readonly description: string
  /** With the arguments, without the program's name. */
  readonly usage: string
  readonly options: readonly Option[]
  readonly examples: readonly string[]
  /** What --help says after the examples. */
  readonly more: string
  readonly help: string
}

const context = {
  env: {},
  stdout: { write() {} },
  stderr: { write() {} },
  signal: new AbortController().signal,
  now: () => 0,
}

/** Every command, in the order of --help. */
export function describedCommands(): Promise<readonly Described[]> {
  return Promise.all(commandNames().map(described))
}

/** What `slack-oauth --help` says. */
export async function programHelp(): Promise<string> {
  return helpOf(await createProgram(context, [], allCommands))
}

async function described(name: CommandName): Promise<Described> {
  const [command] = (await createProgram(context, [name], allCommands)).commands
  if (!command) throw new Error(`There is no command ${name}`)
  const help = helpOf(command)
  const [, afterOptions = ''] = help.split('\nExamples:\n')
  const [examples = '', ...more] = afterOptions.split('\n\n')
  return {
    name,
    summary: summaries[name],
    description: command.description(),
    usage: `${name} ${command.usage()}`,
    options: command.createHelp().visibleOptions(command),
    examples: examples
      .split('\n')
      .map((line) => line.slice(2))
      .filter(Boolean),
    more: more.join('\n\n').trim(),
    help,
  }
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp()
  return text
}
