import { Command } from 'commander'
import { VERSION } from '../version.js'
import type { Context } from './context.js'
import { narrowItem } from './help-layout.js'
import {
  type CommandName,
  commandNames,
  groupOf,
  HELP_GROUP,
  isCommandName,
  summaries,
} from './summaries.js'

/** How each command is made, of this context and these arguments. */
export type Commands = {
  readonly [name in CommandName]: (context: Context, args: readonly string[]) => Promise<Command>
}

const AFTER = `
Examples:
  slack-oauth install --scopes chat:write
  TOKEN=$(slack-oauth token)
  slack-oauth token --help

Exit codes:
  0  done                          4  authorization needed or refused
  1  a bug in slack-oauth          5  Slack or the network failed: try later
  2  wrong usage                   6  the store failed
  3  not installed                 130, 143  interrupted, terminated
  exec: that of its command; 126, 127 when it cannot be run, is not found`

/**
 * The command line as far as these arguments need it: the command that they begin with or ask help
 * of, and of the others what --help says of them. It prints only help and version itself.
 */
export async function createProgram(
  context: Context,
  args: readonly string[],
  commands: Commands,
): Promise<Command> {
  const program = new Command('slack-oauth')
    .description('Install Slack apps and get their tokens, from the terminal')
    .version(VERSION, '-v, --version', 'print the version')
    .commandsGroup(HELP_GROUP)
    .helpCommand('help [command]', 'print help of a command')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', AFTER)
  const named = args[0] === 'help' ? args[1] : args[0]
  if (isCommandName(named)) {
    const command = await commands[named](context, args)
    program.addCommand(configured(command.summary(summaries[named]), context))
  } else {
    for (const name of commandNames()) {
      const command = new Command(name).summary(summaries[name]).helpGroup(groupOf(name))
      program.addCommand(configured(command, context))
    }
  }
  return configured(program, context)
}

function configured(command: Command, context: Context): Command {
  return command
    .exitOverride()
    .configureHelp({ ...command.configureHelp(), formatItem: narrowItem })
    .helpOption('-h, --help', 'print help')
    .configureOutput({
      writeOut: (text: string) => context.stdout.write(text),
      writeErr: (text: string) => context.stderr.write(text),
      outputError: () => {}, // main reports it
    })
}
