import type { Installation as BoltInstallation } from '@slack/oauth'
import { SlackOAuthError } from '../base/errors.ts'
import type { Installation } from '../slack/installation.ts'

/** What Bolt has, as the store wants it. */
export function fromBolt(given: BoltInstallation, clientId: string): Installation {
  const { team, enterprise, bot, user, incomingWebhook } = given
  if (given.authVersion === 'v1') {
    throw new SlackOAuthError('usage', 'Installations of classic apps (OAuth v1) are not stored')
  }
  const { token, refreshToken, expiresAt, scopes } = user
  return {
    clientId,
    appId: given.appId ?? '',
    ...(enterprise && {
      enterprise: {
        id: enterprise.id,
        ...(enterprise.name && { name: enterprise.name }),
        ...(given.enterpriseUrl && { url: given.enterpriseUrl }),
      },
    }),
    ...(team && { team: { id: team.id, ...(team.name && { name: team.name }) } }),
    ...(bot && { bot: { ...grantOf(bot), ...(bot.id && { id: bot.id }), userId: bot.userId } }),
    user: {
      id: user.id,
      ...(token && { grant: grantOf({ token, refreshToken, expiresAt, scopes }) }),
    },
    ...(incomingWebhook && { incomingWebhook }),
    isEnterpriseInstall: given.isEnterpriseInstall ?? false,
    ...(given.tokenType && { tokenType: given.tokenType }),
    ...(given.metadata !== undefined && { metadata: given.metadata }),
    installedAt: Date.now() / 1000,
  }
}

/** A token as either side has it. */
interface LooseGrant {
  readonly token: string
  readonly refreshToken?: string | undefined
  readonly expiresAt?: number | undefined
  readonly scopes?: readonly string[] | undefined
}

function grantOf({ token, refreshToken, expiresAt, scopes }: LooseGrant) {
  return {
    token,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt }),
    scopes: [...(scopes ?? [])],
  }
}

/** What the store has, as Bolt wants it. */
export function toBolt(installation: Installation): BoltInstallation<'v2', boolean> {
  const { team, enterprise, bot, user, incomingWebhook } = installation
  const shared = {
    user: {
      id: user.id,
      ...(user.grant ? grantOf(user.grant) : { token: undefined, scopes: undefined }),
    },
    ...(bot && { bot: { ...grantOf(bot), id: bot.id ?? '', userId: bot.userId } }),
    ...(incomingWebhook && { incomingWebhook }),
    appId: installation.appId,
    ...(bot && { tokenType: 'bot' as const }),
    ...(enterprise?.url && { enterpriseUrl: enterprise.url }),
    isEnterpriseInstall: installation.isEnterpriseInstall,
    ...(installation.metadata !== undefined && { metadata: installation.metadata }),
    authVersion: 'v2' as const,
  }
  return { ...shared, team, enterprise }
}
