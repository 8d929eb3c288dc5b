import { Command } from 'commander'
import { VERSION } from '../version.js'
import { installCommand } from './commands/install.js'
import { listCommand } from './commands/list.js'
import { sandboxCommand } from './commands/sandbox.js'
import { showCommand } from './commands/show.js'
import { signinCommand } from './commands/signin.js'
import { tokenCommand } from './commands/token.js'
import { urlCommand } from './commands/url.js'
import type { Context } from './context.js'

const EXIT_CODES = `
Exit codes:
  0  done                          4  authorization needed or refused
  1  a bug in slack-oauth          5  Slack or the network failed: try later
  2  wrong usage                   6  the store failed
  3  not installed                 130, 143  interrupted, terminated`

/** The command line, in the order of --help. It prints only help and version itself. */
export function createProgram(context: Context): Command {
  const program = new Command('slack-oauth')
    .description('Install Slack apps and get their tokens, from the terminal')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', EXIT_CODES)
  const commands = [
    installCommand,
    signinCommand,
    tokenCommand,
    listCommand,
    showCommand,
    urlCommand,
    sandboxCommand,
  ].map((make) => make(context))
  for (const command of [program, ...commands] satisfies Command[]) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print help')
      .configureOutput({
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(text),
        outputError: () => {}, // main reports it
      })
  }
  for (const command of commands) program.addCommand(command)
  return program
}
