import { Command, Help } from 'commander'
import { VERSION } from '../base/version.ts'
import type { Context } from './context.ts'
import { wrapped } from './terminal/wrap.ts'

/** Beside the longest option, a description of fewer columns is hard to read. */
const LEAST_COLUMNS = 34

const INDENT = '      '

const standard = new Help()

/** An option and its description: side by side, or on a terminal without room for that one below the other. */
function narrowItem(term: string, termWidth: number, description: string, helper: Help): string {
  const { helpWidth = 80 } = helper
  if (helpWidth - termWidth >= LEAST_COLUMNS || description === '') {
    return standard.formatItem.call(helper, term, termWidth, description, helper)
  }
  return `  ${term}\n${INDENT}${wrapped(description, helpWidth, INDENT, INDENT.length)}`
}

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

// Each command in a few words, by what people come for, in the order of --help.

const authorize = {
  install: 'install the app: consent in the browser, tokens in the store',
  signin: 'Sign in with Slack: who you are, verified',
  url: 'print an authorize URL, opening nothing',
}

const use = {
  token: 'print one valid token',
  exec: 'run a command with tokens in its environment',
  refresh: 'renew tokens now',
  check: 'which stored tokens still work',
  revoke: 'end a token at Slack, then forget it',
}

const keep = {
  list: 'what is installed',
  show: 'one installation, all of it',
  export: 'copy installations out, tokens included',
  import: 'take in installations from elsewhere',
  encrypt: 'seal the tokens of a store with a key',
  decrypt: 'store the tokens in the clear again',
}

const build = {
  manifest: 'the manifest of an app for your settings, or the app itself',
  serve: 'the app side on this machine: install page, signed events',
  sandbox: 'a strict Slack of your own, on this machine',
}

const help = {
  doctor: 'what would keep the other commands from working',
  completion: 'what the Tab key offers in your shell',
}

export const summaries = { ...authorize, ...use, ...keep, ...build, ...help }

export type CommandName = keyof typeof summaries

const HELP_GROUP = 'Help:'

/** The heading that a command stands under. */
function groupOf(name: CommandName): string {
  if (name in authorize) return 'Authorize an app:'
  if (name in use) return 'Use its tokens:'
  if (name in keep) return 'Keep installations:'
  return name in build ? 'Build and test an app:' : HELP_GROUP
}

export function commandNames(): CommandName[] {
  return Object.keys(summaries).filter(isCommandName)
}

export function isCommandName(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(summaries, name)
}
