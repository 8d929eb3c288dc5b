import { Command } from 'commander'
import type { Environment } from '../../base/environment.ts'
import { SlackOAuthError } from '../../base/errors.ts'
import type { SelectedGrant, TokenChoice } from '../../flows/lookup/find-token.ts'
import type { Context } from '../context.ts'
import { lasting, type TokenFlags, tokenChoice } from '../options/token-flags.ts'
import { userOption, withFreshness } from '../options/token-options.ts'
import { renewalNeeds } from '../settings/renewal.ts'
import { inStore } from '../settings/store.ts'
import { variableOf } from './token-format.ts'

/** Ours: a value that was there before is replaced or taken out, for it would be another token's. */
const variables = ['SLACK_BOT_TOKEN', 'SLACK_USER_TOKEN', 'SLACK_TEAM_ID']

export function execCommand(context: Context, args: readonly string[]): Command {
  const command = new Command('exec')
    .usage('[options] -- COMMAND [ARGUMENTS…]')
    .description(
      'Run a command with SLACK_BOT_TOKEN, SLACK_USER_TOKEN and SLACK_TEAM_ID in its environment: ' +
        "the bot's token, and the member's where only one has one. They are renewed first where they " +
        'do not last. Streams, signals and the exit code are those of the command.',
    )
    .argument('[command...]')
    .addOption(
      userOption("a member's token, not the bot's; the id may be left out when there is one"),
    )
    .option('--bot', "the bot's token; with --user, both")
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth exec -- node app.js
  slack-oauth exec --team T0123ABCD --min-ttl 1h -- sh -c 'echo $SLACK_TEAM_ID'`,
    )
    .action((operands: readonly string[], flags: TokenFlags) =>
      runExec(context, flags, commandOf(args, operands)),
    )
  return withFreshness(command)
}

/**
 * What stands after the first `--`, and nothing before it that is no option: an option of the command
 * taken for one of ours, or the other way round, would choose another token in silence.
 */
function commandOf(
  args: readonly string[],
  operands: readonly string[],
): readonly [string, ...string[]] {
  const [file, ...rest] = args.includes('--') ? args.slice(args.indexOf('--') + 1) : []
  if (file !== undefined && operands.length === rest.length + 1) return [file, ...rest]
  throw new SlackOAuthError(
    'usage',
    file === undefined && operands.length === 0
      ? 'No command is given'
      : 'The command and its arguments stand after --',
    { hint: 'slack-oauth exec -- COMMAND ARGUMENTS…' },
  )
}

async function runExec(
  context: Context,
  flags: TokenFlags,
  [file, ...args]: readonly [string, ...string[]],
): Promise<void> {
  const { accessTokens } = await import('../../flows/tokens/usable-token.ts')
  const selected = await inStore(context, flags, (store, place, env) =>
    accessTokens(renewalNeeds(context, env, flags, store), {
      place,
      choices: choices(flags),
      ...lasting(flags),
    }),
  )
  const { runInPlace } = await import('./exec-child.ts')
  context.signal.throwIfAborted()
  await runInPlace({ file, args, env: childEnvironment(context.env, selected) })
}

function choices({ bot, user }: TokenFlags): TokenChoice[] {
  return [
    ...(bot ? [tokenChoice({ bot })] : []),
    ...(user === undefined ? [] : [tokenChoice({ user })]),
  ]
}

/** The caller's own environment, the client secret in it as well, and three variables. */
function childEnvironment(env: Environment, selected: readonly SelectedGrant[]): NodeJS.ProcessEnv {
  const isOurs = (name: string) =>
    variables.includes(process.platform === 'win32' ? name.toUpperCase() : name)
  const others = Object.entries(env).filter(([name]) => !isOurs(name))
  const teamId = selected[0]?.key.teamId
  return Object.fromEntries([
    ...others,
    ...selected.map(({ key, grant }) => [variableOf(key), grant.token]),
    ...(teamId ? [['SLACK_TEAM_ID', teamId]] : []),
  ])
}
