import { SlackOAuthError } from '../../base/errors.ts'
import { splitScopes } from '../../slack/authorize/scopes.ts'
import type { Bot, Installation, TokenGrant } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { placeColumns } from './place.ts'
import { secretName } from './secret-columns.ts'
import type { Row } from './steps.ts'
import { time } from './time.ts'

/** An installation of `slack_installations`, with the current bot of its place, whoever's row has it. */
export function installationOf(dialect: Dialect, row: Row, bot: Bot | undefined): Installation {
  const enterpriseId = text(row.enterprise_id)
  const teamId = text(row.team_id)
  const grant = grantOf(dialect, row, 'user')
  const url = text(row.incoming_webhook_url)
  const webhookUrl = url && open(dialect, row, 'incoming_webhook_url', url)
  const tokenType = text(row.token_type)
  return {
    clientId: text(row.client_id) ?? '',
    appId: text(row.app_id) ?? '',
    ...(enterpriseId && {
      enterprise: {
        id: enterpriseId,
        ...optional('name', text(row.enterprise_name)),
        ...optional('url', text(row.enterprise_url)),
      },
    }),
    ...(teamId && { team: { id: teamId, ...optional('name', text(row.team_name)) } }),
    ...(bot && { bot }),
    user: { id: text(row.user_id) ?? '', ...(grant && { grant }) },
    ...(webhookUrl && {
      incomingWebhook: {
        url: webhookUrl,
        ...optional('channel', text(row.incoming_webhook_channel)),
        ...optional('channelId', text(row.incoming_webhook_channel_id)),
        ...optional('configurationUrl', text(row.incoming_webhook_configuration_url)),
      },
    }),
    isEnterpriseInstall: Number(row.is_enterprise_install) === 1,
    ...(tokenType && { tokenType }),
    installedAt: time(row.installed_at) ?? 0,
  }
}

/** The bot in a row of either table; nothing where the row has no bot token. */
export function botOf(dialect: Dialect, row: Row): Bot | undefined {
  const grant = grantOf(dialect, row, 'bot')
  return (
    grant && {
      ...grant,
      ...optional('id', text(row.bot_id)),
      userId: text(row.bot_user_id) ?? '',
    }
  )
}

function grantOf(dialect: Dialect, row: Row, kind: 'bot' | 'user'): TokenGrant | undefined {
  const columns = grantColumnNames[kind]
  const token = tokenIn(dialect, row, columns.token)
  if (token === undefined) return undefined
  return {
    token,
    ...optional('refreshToken', tokenIn(dialect, row, columns.refreshToken)),
    ...optional('expiresAt', expiry(row[columns.expiresAt])),
    scopes: splitScopes(text(row[columns.scopes])),
  }
}

/** Not put together for each of a million rows. */
const grantColumnNames = { bot: columnsOf('bot'), user: columnsOf('user') }

function columnsOf(kind: 'bot' | 'user') {
  return {
    token: `${kind}_token`,
    refreshToken: `${kind}_refresh_token`,
    expiresAt: `${kind}_token_expires_at`,
    scopes: `${kind}_scopes`,
  }
}

/** None at all is for a token that does not expire; one that cannot be read has expired. */
function expiry(value: unknown): number | undefined {
  return value === null || value === undefined || value === ''
    ? undefined
    : Math.max(time(value) ?? 0, 0)
}

/**
 * A token as it goes into a header and onto a line of its own.
 *
 * @throws SlackOAuthError `store_corrupt` for anything else
 */
function tokenIn(dialect: Dialect, row: Row, column: string): string | undefined {
  const value = row[column]
  if (value === null || value === undefined || value === '') return undefined
  const opened = typeof value === 'string' ? open(dialect, row, column, value) : ''
  if (/^[\x21-\x7e]+$/.test(opened)) return opened
  throw new SlackOAuthError(
    'store_corrupt',
    `Row ${row.id} of the store holds no token in ${column}`,
    {
      hint: 'Install the app again, or take that row out',
    },
  )
}

function open({ secrets }: Dialect, row: Row, column: string, value: string): string {
  return secrets.open(value, () =>
    secretName({ ...placeColumns(row), userId: String(row.user_id ?? '') }, column),
  )
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function optional<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  const found: { [P in K]?: T } = {}
  if (value !== undefined) found[name] = value
  return found
}
