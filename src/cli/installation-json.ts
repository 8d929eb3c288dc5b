import { redactToken } from '../redact.js'
import type { Installation, TokenGrant } from '../slack/installation.js'

/**
 * An installation as a flat JSON object, its fields named as in Slack's Python SDK
 * (`Installation.to_dict`), absent ones null, times in Unix seconds.
 */
export function installationJson(
  installation: Installation,
  { reveal }: { reveal: boolean },
): Record<string, unknown> {
  const { enterprise, team, bot, user, incomingWebhook: webhook } = installation
  return {
    client_id: installation.clientId,
    app_id: installation.appId,
    enterprise_id: enterprise?.id ?? null,
    enterprise_name: enterprise?.name ?? null,
    enterprise_url: enterprise?.url ?? null,
    team_id: team?.id ?? null,
    team_name: team?.name ?? null,
    ...grantJson('bot', bot, reveal),
    bot_id: bot?.id ?? null,
    bot_user_id: bot?.userId || null,
    user_id: user.id,
    ...grantJson('user', user.grant, reveal),
    incoming_webhook_url: webhook ? (reveal ? webhook.url : '***') : null,
    incoming_webhook_channel: webhook?.channel ?? null,
    incoming_webhook_channel_id: webhook?.channelId ?? null,
    incoming_webhook_configuration_url: webhook?.configurationUrl ?? null,
    is_enterprise_install: installation.isEnterpriseInstall,
    token_type: installation.tokenType ?? null,
    installed_at: installation.installedAt,
  }
}

function grantJson(
  kind: 'bot' | 'user',
  grant: TokenGrant | undefined,
  reveal: boolean,
): Record<string, unknown> {
  const shown = (token: string | undefined) =>
    token === undefined ? null : reveal ? token : redactToken(token)
  return {
    [`${kind}_token`]: shown(grant?.token),
    [`${kind}_scopes`]: grant?.scopes ?? null,
    [`${kind}_refresh_token`]: shown(grant?.refreshToken),
    [`${kind}_token_expires_at`]: grant?.expiresAt ?? null,
  }
}
