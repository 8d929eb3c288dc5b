import * as v from 'valibot'
import type { Installation, TokenGrant } from '../slack/installation.ts'
import { hasPath, isClientId, isEnterpriseId, isMemberId, isTeamId } from './path-safe-ids.ts'
import { Unusable } from './unusable.ts'

/** Of the year 9999: what a store can keep. */
const LAST_SECOND = 253_402_300_799

const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema))
const id = (is: (text: string) => boolean) => v.pipe(v.string(), v.check(is))
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_SECOND))
/** As it goes into a header and onto a line of its own. */
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/))
const scopes = v.array(v.pipe(v.string(), v.regex(/^[^\s,]+$/)))
const text = v.string()

/**
 * An installation as one flat object, its fields named as in Slack's Python SDK
 * (`Installation.to_dict`), and after them what that SDK has no name for.
 */
const flatSchema = v.strictObject({
  client_id: id(isClientId),
  app_id: optional(text),
  enterprise_id: optional(id(isEnterpriseId)),
  enterprise_name: optional(text),
  enterprise_url: optional(text),
  team_id: optional(id(isTeamId)),
  team_name: optional(text),
  bot_token: optional(token),
  bot_scopes: optional(scopes),
  bot_refresh_token: optional(token),
  bot_token_expires_at: optional(time),
  bot_id: optional(text),
  bot_user_id: optional(text),
  user_id: optional(id(isMemberId)),
  user_token: optional(token),
  user_scopes: optional(scopes),
  user_refresh_token: optional(token),
  user_token_expires_at: optional(time),
  incoming_webhook_url: optional(text),
  incoming_webhook_channel: optional(text),
  incoming_webhook_channel_id: optional(text),
  incoming_webhook_configuration_url: optional(text),
  other_incoming_webhooks: optional(
    v.array(
      v.strictObject({
        url: text,
        channel: optional(text),
        channel_id: optional(text),
        configuration_url: optional(text),
      }),
    ),
  ),
  is_enterprise_install: optional(v.boolean()),
  token_type: optional(text),
  installed_at: time,
  metadata: optional(text),
  bot_is_public_client: optional(v.boolean()),
  bot_refresh_token_expires_at: optional(time),
  user_is_public_client: optional(v.boolean()),
  user_refresh_token_expires_at: optional(time),
})

export type Flat = v.InferOutput<typeof flatSchema>

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
  if (!flat.user_id && (grant || !bot)) throw new Unusable('it has no user_id')
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
    user: { id: flat.user_id ?? '', ...(grant && { grant }) },
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
    ...(flat.other_incoming_webhooks?.length && {
      otherWebhooks: flat.other_incoming_webhooks.map((each) => ({
        url: each.url,
        ...(each.channel && { channel: each.channel }),
        ...(each.channel_id && { channelId: each.channel_id }),
        ...(each.configuration_url && { configurationUrl: each.configuration_url }),
      })),
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
