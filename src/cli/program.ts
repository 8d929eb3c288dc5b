import { Command } from 'commander'
import { VERSION } from '../version.js'
import type { Context } from './context.js'

/** Each command, in the order of --help, loaded when it is needed: `token` is run in shell prompts. */
const commands: Readonly<
  Record<string, (context: Context, args: readonly string[]) => Promise<Command>>
> = {
  install: async (context) => (await import('./commands/install.js')).installCommand(context),
  signin: async (context) => (await import('./commands/signin.js')).signinCommand(context),
  token: async (context) => (await import('./commands/token.js')).tokenCommand(context),
  exec: async (context, args) => (await import('./commands/exec.js')).execCommand(context, args),
  refresh: async (context) => (await import('./commands/refresh.js')).refreshCommand(context),
  list: async (context) => (await import('./commands/list.js')).listCommand(context),
  show: async (context) => (await import('./commands/show.js')).showCommand(context),
  export: async (context) => (await import('./commands/export.js')).exportCommand(context),
  import: async (context) => (await import('./commands/import.js')).importCommand(context),
  check: async (context) => (await import('./commands/check.js')).checkCommand(context),
  revoke: async (context) => (await import('./commands/revoke.js')).revokeCommand(context),
  url: async (context) => (await import('./commands/url.js')).urlCommand(context),
  serve: async (context) => (await import('./commands/serve.js')).serveCommand(context),
  sandbox: async (context) => (await import('./commands/sandbox.js')).sandboxCommand(context),
}

const EXIT_CODES = `
Exit codes:
  0  done                          4  authorization needed or refused
  1  a bug in slack-oauth          5  Slack or the network failed: try later
  2  wrong usage                   6  the store failed
  3  not installed                 130, 143  interrupted, terminated
  exec: that of its command; 126, 127 when it cannot be run, is not found`

/**
 * The command line: of all commands, or of the one that the arguments begin with. It prints only
 * help and version itself.
 */
export async function createProgram(
  context: Context,
  args: readonly string[] = [],
): Promise<Command> {
  const [name = ''] = args
  const program = new Command('slack-oauth')
    .description('Install Slack apps and get their tokens, from the terminal')
    .version(VERSION, '-v, --version', 'print the version')
    .addHelpText('after', EXIT_CODES)
  const one = Object.hasOwn(commands, name) ? commands[name] : undefined
  const made = await Promise.all(
    (one ? [one] : Object.values(commands)).map((make) => make(context, args)),
  )
  for (const command of [program, ...made]) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print help')
      .configureOutput({
        writeOut: (text: string) => context.stdout.write(text),
        writeErr: (text: string) => context.stderr.write(text),
        outputError: () => {}, // main reports it
      })
  }
  for (const command of made) program.addCommand(command)
  return program
}
