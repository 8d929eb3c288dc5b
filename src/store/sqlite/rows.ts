import { SlackOAuthError } from '../../errors.js'
import type { Bot, Installation, TokenGrant } from '../../slack/installation.js'
import { splitScopes } from '../../slack/scopes.js'

/** A row as the driver gives it: any program may have written it, so nothing of it is taken on trust. */
export type Row = Readonly<Record<string, unknown>>

export function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null
}

/** An installation of `slack_installations`; its bot is what the same row says. */
export function installationOf(row: Row): Installation {
  const enterpriseId = text(row.enterprise_id)
  const teamId = text(row.team_id)
  const bot = botOf(row)
  const grant = grantOf(row, 'user')
  const webhookUrl = text(row.incoming_webhook_url)
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
export function botOf(row: Row): Bot | undefined {
  const grant = grantOf(row, 'bot')
  return (
    grant && {
      ...grant,
      ...optional('id', text(row.bot_id)),
      userId: text(row.bot_user_id) ?? '',
    }
  )
}

function grantOf(row: Row, kind: 'bot' | 'user'): TokenGrant | undefined {
  const token = secret(row, `${kind}_token`)
  if (token === undefined) return undefined
  return {
    token,
    ...optional('refreshToken', secret(row, `${kind}_refresh_token`)),
    ...optional('expiresAt', expiry(row[`${kind}_token_expires_at`])),
    scopes: splitScopes(text(row[`${kind}_scopes`])),
  }
}

/** The values of a row of `slack_installations`, as its columns in the Python SDK want them. */
export function installationRow(
  installation: Installation,
): Record<string, string | number | null> {
  const { enterprise, team, bot, user, incomingWebhook: webhook } = installation
  return {
    ...placeRow(installation),
    enterprise_url: enterprise?.url ?? null,
    enterprise_name: enterprise?.name ?? null,
    team_name: team?.name ?? null,
    bot_token: bot?.token ?? null,
    bot_id: bot?.id ?? null,
    bot_user_id: bot?.userId || null,
    // Never NULL: the Python SDK joins and splits it without asking
    bot_scopes: bot?.scopes.join(',') ?? '',
    bot_refresh_token: bot?.refreshToken ?? null,
    bot_token_expires_at: wholeSeconds(bot?.expiresAt),
    user_id: user.id,
    user_token: user.grant?.token ?? null,
    user_scopes: user.grant?.scopes.join(',') || null,
    user_refresh_token: user.grant?.refreshToken ?? null,
    user_token_expires_at: wholeSeconds(user.grant?.expiresAt),
    incoming_webhook_url: webhook?.url ?? null,
    incoming_webhook_channel: webhook?.channel ?? null,
    incoming_webhook_channel_id: webhook?.channelId ?? null,
    incoming_webhook_configuration_url: webhook?.configurationUrl ?? null,
    token_type: installation.tokenType ?? null,
  }
}

/** The values of a row of `slack_bots`, whose bot columns may not be NULL. */
export function botRow(
  installation: Installation,
  bot: Bot,
): Record<string, string | number | null> {
  return {
    ...placeRow(installation),
    enterprise_name: installation.enterprise?.name ?? null,
    team_name: installation.team?.name ?? null,
    bot_token: bot.token,
    bot_id: bot.id ?? '',
    bot_user_id: bot.userId,
    bot_scopes: bot.scopes.join(','),
    bot_refresh_token: bot.refreshToken ?? null,
    bot_token_expires_at: wholeSeconds(bot.expiresAt),
  }
}

function placeRow(installation: Installation): Record<string, string | number> {
  return {
    client_id: installation.clientId,
    app_id: installation.appId,
    enterprise_id: installation.enterprise?.id ?? '',
    team_id: installation.team?.id ?? '',
    is_enterprise_install: installation.isEnterpriseInstall ? 1 : 0,
    installed_at: timestamp(installation.installedAt),
  }
}

/**
 * `YYYY-MM-DD HH:MM:SS.mmm` in UTC: the one form that the Python SDK reads, and that sorts after what
 * it wrote itself in the same second.
 */
export function timestamp(seconds: number): string {
  const milliseconds = Math.min(Math.round(seconds * 1000), LAST_MILLISECOND)
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')
}

/** Of the year 9999: a fifth digit would not sort behind it. */
const LAST_MILLISECOND = 253_402_300_799_999

/** The Python SDK takes an installation whose expiry has a fraction for none at all. */
function wholeSeconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.floor(seconds)
}

/** Unix seconds out of a column that programs have written as a number, its digits, or a date in UTC. */
export function time(value: unknown): number | undefined {
  if (typeof value === 'number') return inRange(value)
  if (typeof value !== 'string' || value.trim() === '') return undefined
  if (Number.isFinite(Number(value))) return inRange(Number(value))
  const date = value.trim().replace(' ', 'T')
  const milliseconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** What a date can be made of. */
function inRange(seconds: number): number | undefined {
  return Math.abs(seconds) * 1000 <= LAST_MILLISECOND ? seconds : undefined
}

/** None at all is for a token that does not expire; one that cannot be read has expired. */
function expiry(value: unknown): number | undefined {
  return value === null || value === undefined || value === '' ? undefined : (time(value) ?? 0)
}

/**
 * A token as it goes into a header and onto a line of its own.
 *
 * @throws SlackOAuthError `store_corrupt` for anything else
 */
function secret(row: Row, column: string): string | undefined {
  const value = row[column]
  if (value === null || value === undefined || value === '') return undefined
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value
  throw new SlackOAuthError(
    'store_corrupt',
    `Row ${row.id} of the store holds no token in ${column}`,
    {
      hint: 'Install the app again, or take that row out',
    },
  )
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function optional<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  const none: { [P in K]?: T } = {}
  return value === undefined ? none : { ...none, [name]: value }
}
