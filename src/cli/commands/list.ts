import { Command } from 'commander'
import { SlackOAuthError } from '../../errors.js'
import type { Installation, TokenGrant } from '../../slack/installation.js'
import type { Context } from '../context.js'
import { installationJson } from '../installation-json.js'
import {
  type AppFlags,
  type PlaceFlags,
  type StoreFlags,
  withApp,
  withJson,
  withPlace,
  withStore,
} from '../options.js'
import { moment, printJson, printTable, say } from '../output.js'
import { inStore } from '../stored.js'

interface Flags extends StoreFlags, AppFlags, PlaceFlags {
  readonly json?: true
  readonly reveal?: true
}

export function listCommand(context: Context): Command {
  const command = new Command('list')
    .summary('what is installed')
    .description('List the stored installations. With --json, one JSON object a line.')
    .option('--reveal', 'with --json: the tokens themselves')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth list
  slack-oauth list --json | jq -r .team_id`,
    )
    .action((flags: Flags) => runList(context, flags))
  return withJson(withStore(withApp(withPlace(command))))
}

async function runList(context: Context, flags: Flags): Promise<void> {
  if (flags.reveal && !flags.json) {
    throw new SlackOAuthError('usage', '--reveal needs --json: a table shows no tokens', {
      hint: 'slack-oauth list --json --reveal, or slack-oauth show --reveal',
    })
  }
  const rows: string[][] = []
  await inStore(context, flags, async ({ installations }, filter) => {
    for await (const installation of installations.list(filter)) {
      if (flags.json) {
        printJson(context, installationJson(installation, { reveal: flags.reveal ?? false }))
      } else {
        rows.push(tableRow(installation))
      }
    }
  }).catch((error: unknown) => {
    // An empty list is an answer, also where there is no store yet
    if (!(error instanceof SlackOAuthError && error.code === 'not_installed')) throw error
  })
  if (flags.json) return
  if (rows.length === 0) return say(context, 'Nothing is installed')
  await printTable(context, [
    ['WORKSPACE', 'NAME', 'MEMBER', 'APP', 'TOKENS', 'EXPIRES', 'INSTALLED'],
    ...rows,
  ])
}

function tableRow(installation: Installation): string[] {
  const { enterprise, team, bot, user } = installation
  const grants: [kind: string, grant: TokenGrant | undefined][] = [
    ['bot', bot],
    ['user', user.grant],
  ]
  const present = grants.filter(([, grant]) => grant !== undefined)
  const expiries = present.flatMap(([, grant]) => grant?.expiresAt ?? [])
  return [
    team?.id ?? enterprise?.id ?? '',
    team?.name ?? enterprise?.name ?? '',
    user.id,
    installation.appId,
    present.map(([kind]) => kind).join(', '),
    expiries.length > 0 ? moment(Math.min(...expiries)) : 'never',
    moment(installation.installedAt),
  ]
}
