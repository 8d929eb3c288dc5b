import type { Bot, Installation, TokenGrant } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { type SecretOwner, secretName } from './secret-columns.ts'
import type { SqlValue } from './steps.ts'

export type Columns = Record<string, SqlValue>

/** The values of a row of `slack_installations`, as its columns in the Python SDK want them. */
export function installationRow(dialect: Dialect, installation: Installation): Columns {
  const { enterprise, team, bot, user, incomingWebhook: webhook } = installation
  const owner = ownerOf(installation)
  return {
    ...placeRow(dialect, installation),
    enterprise_url: enterprise?.url ?? null,
    enterprise_name: enterprise?.name ?? null,
    team_name: team?.name ?? null,
    ...grantColumns(dialect, 'bot', bot, owner),
    bot_id: bot?.id ?? null,
    bot_user_id: bot?.userId || null,
    user_id: user.id,
    ...grantColumns(dialect, 'user', user.grant, owner),
    incoming_webhook_url: sealed(dialect, owner, 'incoming_webhook_url', webhook?.url),
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
    ...grantColumns(dialect, 'bot', bot, ownerOf(installation)),
    bot_id: bot.id ?? '',
    bot_user_id: bot.userId,
  }
}

/** The columns of a token, which are the same in both tables. */
export function grantColumns(
  dialect: Dialect,
  kind: 'bot' | 'user',
  grant: TokenGrant | undefined,
  owner: SecretOwner,
): Columns {
  const scopes = grant?.scopes.join(',') ?? ''
  const { expiresAt } = grant ?? {}
  return {
    [`${kind}_token`]: sealed(dialect, owner, `${kind}_token`, grant?.token),
    // A bot's never NULL: the Python SDK joins and splits them without asking
    [`${kind}_scopes`]: scopes || (kind === 'bot' ? '' : null),
    [`${kind}_refresh_token`]: sealed(dialect, owner, `${kind}_refresh_token`, grant?.refreshToken),
    // The Python SDK takes an installation whose expiry has a fraction for none at all
    [`${kind}_token_expires_at`]:
      expiresAt === undefined ? null : dialect.expiry(Math.floor(expiresAt)),
  }
}

/** Whose the secrets of an installation are. */
export function ownerOf({ clientId, enterprise, team, user }: Installation): SecretOwner {
  return { clientId, enterpriseId: enterprise?.id ?? '', teamId: team?.id ?? '', userId: user.id }
}

function sealed(
  { secrets }: Dialect,
  owner: SecretOwner,
  column: string,
  secret: string | undefined,
): string | null {
  return secret ? secrets.seal(secret, secretName(owner, column)) : null
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
