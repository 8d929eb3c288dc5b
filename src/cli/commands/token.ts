import { Command, InvalidArgumentError, Option } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { SelectedGrant } from '../../flows/lookup/find-token.ts'
import type { Context } from '../context.ts'
import { lasting, type TokenFlags, tokenChoice } from '../options/token-flags.ts'
import { withToken } from '../options/token-options.ts'
import { renewalNeeds } from '../settings/renewal.ts'
import { inStore } from '../settings/store.ts'
import {
  assignment,
  formatToken,
  type TokenFormat,
  tokenFormats,
  variableOf,
} from './token-format.ts'
import { appendLine, githubFile } from './token-github.ts'

interface Flags extends TokenFlags {
  readonly format?: TokenFormat
  readonly githubOutput?: string
}

export function tokenCommand(context: Context): Command {
  const command = new Command('token')
    .description(
      'Print the token of an installation: that of the bot, or of a member where there is no bot. ' +
        'One that is about to expire is renewed first, by one process however many ask. ' +
        'Standard output is the token and a newline, nothing else, so it is safe inside $(…).',
    )
    .addOption(
      new Option(
        '--format <form>',
        'how it is printed: env for eval, header for curl, github masked in the log and added to $GITHUB_ENV (default: raw)',
      ).choices(tokenFormats),
    )
    .addOption(
      new Option(
        '--github-output <name>',
        'masked in the log and added to $GITHUB_OUTPUT by this name',
      ).argParser(outputName),
    )
    .addHelpText(
      'after',
      `
Examples:
  TOKEN=$(slack-oauth token)
  slack-oauth token --team T0123ABCD --user U0123ABCD
  eval "$(slack-oauth token --format env)"
  slack-oauth token --format header | curl -H @- https://slack.com/api/auth.test`,
    )
    .action((flags: Flags) => runToken(context, flags))
  return withToken(command)
}

async function runToken(context: Context, flags: Flags): Promise<void> {
  const { githubOutput, format = githubOutput === undefined ? 'raw' : 'github' } = flags
  if (format !== 'github') {
    if (githubOutput !== undefined) {
      throw new SlackOAuthError('usage', `--github-output goes with no --format ${format}`)
    }
    context.stdout.write(formatToken(format, await validToken(context, flags)))
    return
  }
  // Before a token is renewed for nothing
  const file = githubFile(context, githubOutput === undefined ? 'GITHUB_ENV' : 'GITHUB_OUTPUT')
  const selected = await validToken(context, flags)
  const line = assignment(githubOutput ?? variableOf(selected.key), selected.grant.token)
  // The mask first: whatever comes after it, the log does not show the token
  context.stdout.write(formatToken(format, selected))
  appendLine(file, line)
}

/** The token that the flags name, renewed where it does not last. */
async function validToken(context: Context, flags: TokenFlags): Promise<SelectedGrant> {
  const { accessToken } = await import('../../flows/tokens/usable-token.ts')
  return inStore(context, flags, (store, place, env) =>
    accessToken(renewalNeeds(context, env, flags, store), {
      place,
      choice: tokenChoice(flags),
      ...lasting(flags),
    }),
  )
}

function outputName(value: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(value)) return value
  throw new InvalidArgumentError('It takes a name such as slack-token.')
}
