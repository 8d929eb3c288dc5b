import { Command, Option } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import { firstExpiry, type ListRequest, list } from '../../flows/lookup/list-installations.ts'
import type { Installation } from '../../slack/installation.ts'
import type { DamagedInstallation, InstallationFilter } from '../../store/installation-store.ts'
import type { Context } from '../context.ts'
import { assertUndamaged, warnOfDamaged } from '../damaged-installations.ts'
import { installationJson } from '../json-output.ts'
import { count, duration, userId } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  type PlaceFlags,
  type StoreFlags,
  withApp,
  withJson,
  withPlace,
  withStore,
} from '../options/shared-options.ts'
import { inStore } from '../settings/store.ts'
import { jsonText, moment, printLines, say } from '../terminal/output.ts'
import { printTable } from '../terminal/table.ts'
import type { Column } from '../terminal/table-layout.ts'

interface Flags extends StoreFlags, AppFlags, PlaceFlags {
  readonly user?: string
  readonly expiring?: number
  readonly sort?: 'place' | 'installed' | 'expires'
  readonly limit?: number
  readonly page?: number
  readonly json?: true
  readonly reveal?: true
}

const COLUMNS: readonly Column[] = [
  { title: 'WORKSPACE' },
  { title: 'NAME', breaks: true },
  { title: 'MEMBER' },
  { title: 'APP', optional: true },
  { title: 'TOKENS' },
  { title: 'EXPIRES' },
  { title: 'INSTALLED', optional: true },
]

export function listCommand(context: Context): Command {
  const command = new Command('list')
    .description('List the stored installations. With --json, one JSON object a line.')
    .option('--user <id>', 'of this member', userId)
    .option('--expiring <time>', 'with a token that ends within this time, such as 2h', duration)
    .addOption(
      new Option('--sort <order>', 'by place, the newest first, or what ends first')
        .choices(['place', 'installed', 'expires'])
        .default('place'),
    )
    .option('--limit <number>', 'so many at most', count)
    .option('--page <number>', 'with --limit, which page of them', count)
    .option('--reveal', 'with --json: the tokens themselves')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth list --expiring 2h --sort expires
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
  if (flags.page !== undefined && flags.limit === undefined) {
    throw new SlackOAuthError('usage', '--page needs --limit: how many are on a page', {
      hint: 'slack-oauth list --limit 20 --page 2',
    })
  }
  const damaged: DamagedInstallation[] = []
  const found = await inStore(context, flags, async ({ installations, encryption }, place) => {
    const onDamaged = (each: DamagedInstallation) => void damaged.push(each)
    const listed = list(installations, { ...request(context, flags, place), onDamaged })
    const count = await print(context, flags, listed)
    const keyId = flags.json ? undefined : await encryption.keyId()
    if (keyId !== undefined) say(context, `The store is sealed with the key ${keyId}`)
    return count
  }).catch((error: unknown) => {
    // An empty list is an answer, also where there is no store yet
    if (error instanceof SlackOAuthError && error.code === 'not_installed') return 0
    throw error
  })
  await warnOfDamaged(context, damaged)
  assertUndamaged(damaged)
  if (found > 0 || flags.json) return
  say(context, isNarrowed(flags) ? 'Nothing that is installed matches' : 'Nothing is installed')
}

function isNarrowed({ team, enterprise, clientId, user, expiring, page }: Flags): boolean {
  return [team, enterprise, clientId, user, expiring, page].some((each) => each !== undefined)
}

function request({ now }: Context, flags: Flags, place: InstallationFilter): ListRequest {
  const { user, expiring, sort, limit, page } = flags
  return {
    filter: { ...place, ...(user && { userId: user }) },
    ...(expiring !== undefined && { expiringBefore: now() + expiring }),
    ...(sort && { order: sort }),
    ...(limit !== undefined && { limit }),
    ...(page !== undefined && { page }),
  }
}

/** Prints them as they come, and says how many there were. */
async function print(
  context: Context,
  { json, reveal }: Flags,
  installations: AsyncIterable<Installation>,
): Promise<number> {
  if (!json) return printTable(context, COLUMNS, tableRows(installations))
  return printLines(context, jsonLines(installations, { reveal: reveal ?? false }))
}

async function* jsonLines(
  installations: AsyncIterable<Installation>,
  options: { reveal: boolean },
): AsyncGenerator<string> {
  for await (const each of installations) yield jsonText(installationJson(each, options))
}

async function* tableRows(installations: AsyncIterable<Installation>): AsyncGenerator<string[]> {
  for await (const installation of installations) yield tableRow(installation)
}

/** Of a workspace in an organization with the name of that: "Acme, in Acme Org". */
function nameOf({ enterprise, team }: Installation): string {
  if (!team) return enterprise?.name ?? ''
  const name = team.name ?? ''
  if (!enterprise) return name
  return `${name}${name ? ', ' : ''}in ${enterprise.name ?? enterprise.id}`
}

function tableRow(installation: Installation): string[] {
  const { enterprise, team, bot, user } = installation
  const grants = [
    ['bot', bot],
    ['user', user.grant],
  ] as const
  const present = grants.filter(([, grant]) => grant !== undefined)
  const expiry = firstExpiry(installation)
  const isRefused = present.some(([, grant]) => grant?.failure !== undefined)
  return [
    team?.id ?? enterprise?.id ?? '',
    nameOf(installation),
    user.id,
    installation.appId,
    present.map(([kind]) => kind).join(', '),
    isRefused ? 'not renewable' : expiry === undefined ? 'never' : moment(expiry),
    moment(installation.installedAt),
  ]
}
