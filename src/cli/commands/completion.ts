import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Argument, Command } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import { type Shell, scripts, shells } from '../completion/scripts.ts'
import type { Context } from '../context.ts'
import type { Commands } from '../program.ts'
import { say } from '../terminal/output.ts'

/** A store that another process has locked would be waited for, and the Tab key with it. */
const PATIENCE_MILLISECONDS = 1_000

interface Flags {
  readonly install?: true
}

export function completionCommand(context: Context, commands: Commands): Command {
  return new Command('completion')
    .usage('[options] [shell]')
    .description(
      'Print the script that completes commands, options, their values, and workspaces and members ' +
        'of the store, or install it. Without a shell, for that of $SHELL. ' +
        'What stands after -- is a command line to complete: the scripts ask so.',
    )
    .addArgument(new Argument('[shell]').choices(shells))
    .argument('[words...]')
    .option('--install', 'write it to where the shell reads it when it starts')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth completion --install
  slack-oauth completion fish --install
  slack-oauth completion powershell >> $PROFILE`,
    )
    .action((shell: Shell | undefined, words: readonly string[], flags: Flags) =>
      runCompletion(context, commands, shell, words, flags),
    )
}

async function runCompletion(
  context: Context,
  commands: Commands,
  named: Shell | undefined,
  words: readonly string[],
  flags: Flags,
): Promise<void> {
  const shell = named ?? ownShell(context)
  if (words.length > 0) {
    const { answer } = await import('../completion/respond.ts')
    const late = sleep(PATIENCE_MILLISECONDS, undefined, { ref: false })
    const lines = await Promise.race([answer(context, shell, words, commands), late])
    if (lines === undefined) process.exit(0)
    context.stdout.write(lines)
    return
  }
  if (!flags.install) {
    context.stdout.write(scripts[shell])
    return
  }
  const { installCompletion } = await import('../completion/install.ts')
  const { script, startUp } = await installCompletion(context, shell)
  say(context, `Wrote ${script}`)
  if (startUp) say(context, `${startUp.path} reads it, by the line that ends in # slack-oauth`)
  say(
    context,
    `A new ${shell} completes slack-oauth. To take it back, remove ${startUp ? 'both' : 'it'}`,
  )
}

function ownShell({ env }: Context): Shell {
  const name = basename(env.SHELL ?? '')
  const known = shells.find((shell) => shell === name)
  if (known) return known
  throw new SlackOAuthError('usage', 'The environment does not say which shell this is', {
    hint: `Name it: slack-oauth completion ${shells.join('|')}`,
  })
}
