import { SlackOAuthError } from '../../errors.js'
import type { Bot, Installation, TokenGrant } from '../../slack/installation.js'
import { splitScopes } from '../../slack/scopes.js'
import type { Dialect } from './database.js'
import type { Row, SqlValue } from './steps.js'

export type Columns = Record<string, SqlValue>

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
export function installationRow(dialect: Dialect, installation: Installation): Columns {
  const { enterprise, team, bot, user, incomingWebhook: webhook } = installation
  return {
    ...placeRow(dialect, installation),
    enterprise_url: enterprise?.url ?? null,
    enterprise_name: enterprise?.name ?? null,
    team_name: team?.name ?? null,
    ...grantColumns(dialect, 'bot', bot),
    bot_id: bot?.id ?? null,
    bot_user_id: bot?.userId || null,
    user_id: user.id,
    ...grantColumns(dialect, 'user', user.grant),
    incoming_webhook_url: webhook?.url ?? null,
    incoming_webhook_channel: webhook?.channel ?? null,
    incoming_webhook_channel_id: webhook?.channelId ?? null,
    incoming_webhook_configuration_url: webhook?.configurationUrl ?? null,
    token_type: installation.tokenType ?? null,
  }
}

/** The values of a row of `slack_bots`, whose bot columns may not be NULL. */
export function botRow(dialect: Dialect, installation: Installation, bot: Bot): Columns {
  return {
    ...placeRow(dialect, installation),
    enterprise_name: installation.enterprise?.name ?? null,
    team_name: installation.team?.name ?? null,
    ...grantColumns(dialect, 'bot', bot),
    bot_id: bot.id ?? '',
    bot_user_id: bot.userId,
  }
}

/** The columns of a token, which are the same in both tables. */
export function grantColumns(
  dialect: Dialect,
  kind: 'bot' | 'user',
  grant: TokenGrant | undefined,
): Columns {
  const scopes = grant?.scopes.join(',') ?? ''
  const { expiresAt } = grant ?? {}
  return {
    [`${kind}_token`]: grant?.token ?? null,
    // A bot's never NULL: the Python SDK joins and splits them without asking
    [`${kind}_scopes`]: scopes || (kind === 'bot' ? '' : null),
    [`${kind}_refresh_token`]: grant?.refreshToken ?? null,
    // The Python SDK takes an installation whose expiry has a fraction for none at all
    [`${kind}_token_expires_at`]:
      expiresAt === undefined ? null : dialect.expiry(Math.floor(expiresAt)),
  }
}

function placeRow(dialect: Dialect, installation: Installation): Columns {
  return {
    client_id: installation.clientId,
    app_id: installation.appId,
    enterprise_id: installation.enterprise?.id ?? dialect.absent,
    team_id: installation.team?.id ?? dialect.absent,
    is_enterprise_install: dialect.flag(installation.isEnterpriseInstall),
    installed_at: dialect.moment(installation.installedAt),
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
  return value === null || value === undefined || value === ''
    ? undefined
    : Math.max(time(value) ?? 0, 0)
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

export function optional<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  const none: { [P in K]?: T } = {}
  return value === undefined ? none : { ...none, [name]: value }
}
