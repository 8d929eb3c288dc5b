import type { Installation } from '../slack/installation.ts'
import type { Flat } from './from-flat.ts'

/** An installation as a flat object, absent fields null. Why a token failed is left out: it may work elsewhere. */
export function toFlat(installation: Installation): Required<Flat> {
  const { enterprise, team, bot, user, incomingWebhook: webhook } = installation
  const { grant } = user
  return {
    client_id: installation.clientId,
    app_id: installation.appId,
    enterprise_id: enterprise?.id ?? null,
    enterprise_name: enterprise?.name ?? null,
    enterprise_url: enterprise?.url ?? null,
    team_id: team?.id ?? null,
    team_name: team?.name ?? null,
    bot_token: bot?.token ?? null,
    bot_scopes: bot ? [...bot.scopes] : null,
    bot_refresh_token: bot?.refreshToken ?? null,
    bot_token_expires_at: bot?.expiresAt ?? null,
    bot_id: bot?.id ?? null,
    bot_user_id: bot?.userId || null,
    // A bot whose members are gone has none
    user_id: user.id || null,
    user_token: grant?.token ?? null,
    user_scopes: grant ? [...grant.scopes] : null,
    user_refresh_token: grant?.refreshToken ?? null,
    user_token_expires_at: grant?.expiresAt ?? null,
    incoming_webhook_url: webhook?.url ?? null,
    incoming_webhook_channel: webhook?.channel ?? null,
    incoming_webhook_channel_id: webhook?.channelId ?? null,
    incoming_webhook_configuration_url: webhook?.configurationUrl ?? null,
    other_incoming_webhooks:
      installation.otherWebhooks?.map((each) => ({
        url: each.url,
        channel: each.channel ?? null,
        channel_id: each.channelId ?? null,
        configuration_url: each.configurationUrl ?? null,
      })) ?? null,
    is_enterprise_install: installation.isEnterpriseInstall,
    token_type: installation.tokenType ?? null,
    installed_at: installation.installedAt,
    metadata: installation.metadata ?? null,
    bot_is_public_client: bot?.isPublicClient ?? null,
    bot_refresh_token_expires_at: bot?.refreshTokenExpiresAt ?? null,
    user_is_public_client: grant?.isPublicClient ?? null,
    user_refresh_token_expires_at: grant?.refreshTokenExpiresAt ?? null,
  }
}
