import * as v from 'valibot'
import type { Installation, TokenGrant } from '../slack/installation.js'
import { type Flat, flatSchema } from './flat-schema.js'
import { hasPath } from './ids.js'
import { Unusable } from './unusable.js'

/**
 * The installation in a flat object that came from outside.
 *
 * @throws Unusable
 */
export function fromFlat(value: unknown): Installation {
  const parsed = v.safeParse(flatSchema, value)
  if (!parsed.success) throw unusable(parsed.issues.find(isHostile) ?? parsed.issues[0])
  const flat = parsed.output
  const isEnterpriseInstall = flat.is_enterprise_install ?? false
  if (!(isEnterpriseInstall ? flat.enterprise_id : flat.team_id)) {
    throw new Unusable('it is in no workspace and in no organization')
  }
  const bot = grantOf(flat, 'bot')
  const grant = grantOf(flat, 'user')
  return {
    clientId: flat.client_id,
    appId: flat.app_id ?? '',
    ...(flat.enterprise_id && {
      enterprise: {
        id: flat.enterprise_id,
        ...(flat.enterprise_name && { name: flat.enterprise_name }),
        ...(flat.enterprise_url && { url: flat.enterprise_url }),
      },
    }),
    ...(flat.team_id &&
      !isEnterpriseInstall && {
        team: { id: flat.team_id, ...(flat.team_name && { name: flat.team_name }) },
      }),
    ...(bot && {
      bot: { ...bot, ...(flat.bot_id && { id: flat.bot_id }), userId: flat.bot_user_id ?? '' },
    }),
    user: { id: flat.user_id, ...(grant && { grant }) },
    ...(flat.incoming_webhook_url && {
      incomingWebhook: {
        url: flat.incoming_webhook_url,
        ...(flat.incoming_webhook_channel && { channel: flat.incoming_webhook_channel }),
        ...(flat.incoming_webhook_channel_id && { channelId: flat.incoming_webhook_channel_id }),
        ...(flat.incoming_webhook_configuration_url && {
          configurationUrl: flat.incoming_webhook_configuration_url,
        }),
      },
    }),
    isEnterpriseInstall,
    ...(flat.token_type && { tokenType: flat.token_type }),
    ...(typeof flat.metadata === 'string' && { metadata: flat.metadata }),
    // As a store keeps it, so that the same installation is the same when it comes again
    installedAt: Math.round(flat.installed_at * 1000) / 1000,
  }
}

function grantOf(flat: Flat, kind: 'bot' | 'user'): TokenGrant | undefined {
  const token = flat[`${kind}_token`]
  if (!token) return undefined
  const refreshToken = flat[`${kind}_refresh_token`]
  const expiresAt = flat[`${kind}_token_expires_at`] ?? undefined
  const refreshTokenExpiresAt = flat[`${kind}_refresh_token_expires_at`] ?? undefined
  return {
    token,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt: Math.floor(expiresAt) }),
    scopes: flat[`${kind}_scopes`] ?? [],
    ...(flat[`${kind}_is_public_client`] && { isPublicClient: true }),
    ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }),
  }
}

type Issue = v.InferIssue<typeof flatSchema>

const keyOf = (issue: Issue): string => String(issue.path?.[0].key ?? '')

function isHostile(issue: Issue): boolean {
  return keyOf(issue).endsWith('_id') && typeof issue.input === 'string' && hasPath(issue.input)
}

/** Names the field, which the schema knows, and never the value. */
function unusable(issue: Issue): Unusable {
  const key = keyOf(issue)
  if (key === '') return new Unusable('it is no object')
  if (!Object.hasOwn(flatSchema.entries, key)) {
    return new Unusable('it has a field that is not known')
  }
  if (isHostile(issue)) return new Unusable(`its ${key} is a path`, { isHostile: true })
  if (issue.input === undefined) return new Unusable(`it has no ${key}`)
  return new Unusable(`its ${key} is not one`)
}
