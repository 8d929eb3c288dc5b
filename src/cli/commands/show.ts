import { Command } from 'commander'
import type { Context } from '../context.ts'
import { installationJson } from '../json-output.ts'
import { userId } from '../options/argument-parsers.ts'
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
import { moment, printJson } from '../terminal/output.ts'
import { printDetails } from '../terminal/table.ts'

interface Flags extends StoreFlags, AppFlags, PlaceFlags {
  readonly user?: string
  readonly json?: true
  readonly reveal?: true
}

export function showCommand(context: Context): Command {
  const command = new Command('show')
    .description('Print all that is stored of one installation; secrets only with --reveal.')
    .option('--user <id>', 'of this member', userId)
    .option('--reveal', 'print tokens, refresh tokens and webhook URLs')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth show --team T0123ABCD
  slack-oauth show --json --reveal | jq -r .incoming_webhook_url`,
    )
    .action((flags: Flags) => runShow(context, flags))
  return withJson(withStore(withApp(withPlace(command))))
}

async function runShow(context: Context, flags: Flags): Promise<void> {
  const { selectInstallation } = await import('../../flows/lookup/find-installation.ts')
  const [installation, keyId] = await inStore(
    context,
    flags,
    async ({ installations, encryption }, filter) => {
      const query = { ...filter, ...(flags.user && { userId: flags.user }) }
      return [await selectInstallation(installations, query), await encryption.keyId()] as const
    },
  )
  const fields = installationJson(installation, { reveal: flags.reveal ?? false })
  if (flags.json) return printJson(context, fields)
  await printDetails(context, [
    ...Object.entries(fields).map(([name, value]) => [name, inWords(name, value)] as const),
    ['sealed_with', keyId],
  ])
}

/** Each by its channel, and with --reveal by its URL too. */
function webhooksInWords(value: unknown): string {
  const webhooks = Array.isArray(value) ? value : []
  return webhooks
    .map(({ url, channel, channel_id: id }) => `${channel ?? id ?? 'unknown channel'} ${url}`)
    .join(', ')
}

function inWords(name: string, value: unknown): string | undefined {
  if (value === null) return undefined
  if (name.endsWith('_at') && typeof value === 'number') return moment(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (name === 'other_incoming_webhooks') return webhooksInWords(value)
  return Array.isArray(value) ? value.join(', ') : String(value)
}
