import { CommanderError } from 'commander'
import { exitCodes, SlackOAuthError } from '../base/errors.ts'
import { redact } from '../base/redact.ts'
import { type Context, processContext } from './context.ts'
import { type Commands, createProgram, isCommandName } from './program.ts'
import { protectSettings } from './settings/secrets.ts'
import { jsonText, paintFor, printable } from './terminal/output.ts'
import { usageError } from './usage-error.ts'

/** What `bin` calls: the process's own arguments in, its exit code set. */
export async function run(commands: Commands): Promise<void> {
  const [args, context] = [process.argv.slice(2), processContext()]
  // What escapes a listener or a forgotten promise is a bug, and is told as every other: redacted
  process.on('uncaughtException', (error) => {
    void report(error, args, context).finally(() => process.exit(exitCodes.bug))
  })
  process.exitCode = await main(args, context, commands)
}

/** Runs one command line and resolves with its exit code. */
export async function main(
  args: readonly string[],
  context: Context,
  commands: Commands,
): Promise<number> {
  protectSettings(context.env)
  try {
    refuseSecretOptions(args)
    // Help of what there is none of is a command that there is none of: it may be misspelt
    const isUnknown = args[0] === 'help' && args[1] !== undefined && !isCommandName(args[1])
    const asked = isUnknown ? args.slice(1) : args
    const program = await createProgram(context, asked, commands)
    if (args.length === 0) program.help()
    await program.parseAsync(asked, { from: 'user' })
    // A server that was stopped is done, and the exit code still says by what
    const { aborted, reason } = context.signal
    return aborted && reason instanceof SlackOAuthError ? reason.exitCode : 0
  } catch (error) {
    return report(error, args, context)
  }
}

/** The arguments without those of a command that is to be run. */
function ours(args: readonly string[]): readonly string[] {
  return args.includes('--') ? args.slice(0, args.indexOf('--')) : args
}

/** Says why, and never repeats the value: a terminal's scrollback and CI logs would keep it. */
function refuseSecretOptions(args: readonly string[]): void {
  const option = ours(args).find((arg) =>
    /^--(((client|signing)-)?secret|config-token)(=|$)/.test(arg),
  )
  if (option === undefined) return
  const variable = option.includes('config')
    ? 'SLACK_CONFIG_TOKEN'
    : option.includes('signing')
      ? 'SLACK_SIGNING_SECRET'
      : 'SLACK_CLIENT_SECRET'
  throw new SlackOAuthError(
    'usage',
    `There is no ${option.replace(/=.*/s, '')} option: every user of this machine could read it in the process list`,
    { hint: `Set ${variable}, or ${variable}_FILE to a file that holds it` },
  )
}

/** Prints what went wrong and returns the exit code. The only place that turns errors into lines. */
async function report(error: unknown, args: readonly string[], context: Context): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0 // help or version, printed
  const known = error instanceof CommanderError ? usageError(error, args) : error
  if (!(known instanceof SlackOAuthError)) {
    const stack = known instanceof Error ? (known.stack ?? known.message) : String(known)
    context.stderr.write(`bug: ${redact(stack)}\n`)
    context.stderr.write('hint: Please report it, with the lines above\n')
    return exitCodes.bug
  }
  const { code, exitCode, furtherHints } = known
  const message = printable(redact(known.message))
  const hints = [...(known.hint === undefined ? [] : [known.hint]), ...furtherHints]
  const [hint, ...others] = hints.map((each) => printable(redact(each)))
  if (ours(args).includes('--json')) {
    const said = { code, message, hint: known.hint === undefined ? undefined : hint }
    context.stderr.write(`${jsonText({ error: said })}\n`)
    return exitCode
  }
  const paint = await paintFor(context.stderr, context)
  context.stderr.write(`${paint.red('error:')} ${message} (${code})\n`)
  for (const each of hint === undefined ? [] : [hint, ...others]) {
    context.stderr.write(`${paint.cyan('hint:')} ${each}\n`)
  }
  return exitCode
}
