import { Command } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation } from '../../slack/installation.ts'
import type { Context } from '../context.ts'
import { installationJson } from '../json-output.ts'
import { notEmpty, userId } from '../options/argument-parsers.ts'
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
  readonly webhook?: string
  readonly json?: true
  readonly reveal?: true
}

export function showCommand(context: Context): Command {
  const command = new Command('show')
    .description('Print all that is stored of one installation; secrets only with --reveal.')
    .option('--user <id>', 'of this member', userId)
    .option('--webhook <channel>', 'with the webhook of this channel, by its name or id', notEmpty)
    .option('--reveal', 'print tokens, refresh tokens and webhook URLs')
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth show --team T0123ABCD
  slack-oauth show --json --reveal | jq -r .incoming_webhook_url
  slack-oauth show --webhook '#general' --reveal`,
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
  const shown =
    flags.webhook === undefined ? installation : withWebhook(installation, flags.webhook)
  const fields = installationJson(shown, { reveal: flags.reveal ?? false })
  if (flags.json) return printJson(context, fields)
  await printDetails(context, [
    ...Object.entries(fields).map(([name, value]) => [name, inWords(name, value)] as const),
    ['sealed_with', keyId],
  ])
}

/**
 * The installation with one of its webhooks in the first place.
 *
 * @throws SlackOAuthError `not_installed`
 */
function withWebhook(installation: Installation, channel: string): Installation {
  const { incomingWebhook, otherWebhooks = [], ...rest } = installation
  const all = [...(incomingWebhook ? [incomingWebhook] : []), ...otherWebhooks]
  const name = (text: string | undefined) => text?.replace(/^#/, '')
  const [found] = all.filter(
    (each) => name(each.channel) === name(channel) || each.channelId === channel,
  )
  if (found === undefined) {
    const channels = all.map((each) => each.channel ?? each.channelId ?? 'an unknown channel')
    throw new SlackOAuthError('not_installed', `There is no webhook for ${channel}`, {
      hint:
        channels.length === 0
          ? 'slack-oauth install --scopes incoming-webhook'
          : `Choose one, as in --webhook '${channels[0]}': ${channels.join(', ')}`,
    })
  }
  const others = all.filter((each) => each !== found)
  return {
    ...rest,
    incomingWebhook: found,
    ...(others.length > 0 && { otherWebhooks: others }),
  }
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
