import * as v from 'valibot'
import type { Bot, Installation, TokenGrant } from './installation.js'
import { splitScopes } from './scopes.js'
import {
  type ClientCredentials,
  callSlack,
  type SlackOptions,
  unexpectedResponse,
} from './web-api.js'

const absent = <const S extends v.GenericSchema>(schema: S) => v.nullish(schema)
const named = v.object({ id: v.pipe(v.string(), v.minLength(1)), name: absent(v.string()) })
/** Whatever else a token is, it goes into a header and onto a line of its own. */
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/))
const grant = {
  access_token: absent(token),
  scope: absent(v.string()),
  refresh_token: absent(token),
  // Up to some three hundred years; Slack's own live for twelve hours
  expires_in: absent(v.pipe(v.number(), v.finite(), v.maxValue(1e10), v.minValue(-1e10))),
}

/**
 * `team` and `enterprise` are null or absent where there is none; the token fields of either kind
 * only where its scopes were asked for.
 * https://docs.slack.dev/reference/methods/oauth.v2.access
 */
const response = v.object({
  app_id: v.string(),
  team: absent(named),
  enterprise: absent(named),
  is_enterprise_install: absent(v.boolean()),
  ...grant,
  token_type: absent(v.string()),
  bot_user_id: absent(v.string()),
  authed_user: v.object({ id: v.pipe(v.string(), v.minLength(1)), ...grant }),
  incoming_webhook: absent(
    v.object({
      url: v.string(),
      channel: absent(v.string()),
      channel_id: absent(v.string()),
      configuration_url: absent(v.string()),
    }),
  ),
})

/** What is sent once per authorization: the code, and the redirect URI that it was asked with. */
export interface CodeExchange {
  readonly code: string
  /** Letter by letter the one of the authorize URL (RFC 6749 section 4.1.3). */
  readonly redirectUri: string
}

/**
 * Exchanges a code for an installation; `bot.id` is still missing, since only auth.test tells it.
 * Never tried again after a fault: the code may be spent.
 *
 * @throws SlackOAuthError as {@link callSlack}
 */
export async function exchangeCode(
  { code, redirectUri }: CodeExchange,
  credentials: ClientCredentials,
  options: SlackOptions,
  now: () => number,
): Promise<Installation> {
  const method = 'oauth.v2.access'
  const body = await callSlack(
    {
      method,
      parameters: { code, redirect_uri: redirectUri },
      authorization: credentials,
      retries: 0,
    },
    options,
  )
  const parsed = v.safeParse(response, body)
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? 'the body'
    throw unexpectedResponse(method, `lacks what Slack documents: ${path}`)
  }
  return installation(parsed.output, credentials.clientId, now(), method)
}

function installation(
  body: v.InferOutput<typeof response>,
  clientId: string,
  receivedAt: number,
  method: string,
): Installation {
  const { enterprise, team, authed_user: user, incoming_webhook: webhook } = body
  // The flag is not among what Slack documents as always there
  const isEnterpriseInstall = body.is_enterprise_install ?? (!team && Boolean(enterprise))
  // An org-wide installation has no team, also when Slack's answer names one: it would never be
  // found under it
  const place = isEnterpriseInstall ? undefined : team
  if (!place && !(isEnterpriseInstall && enterprise)) {
    throw unexpectedResponse(method, 'names neither a workspace nor an organization')
  }
  const botGrant = tokenGrant(body, receivedAt)
  const userGrant = tokenGrant(user, receivedAt)
  if (!botGrant && !userGrant) throw unexpectedResponse(method, 'holds no token')

  const bot: Bot | undefined = botGrant && { ...botGrant, userId: body.bot_user_id ?? '' }
  return {
    clientId,
    appId: body.app_id,
    ...(enterprise && { enterprise: withName(enterprise) }),
    ...(place && { team: withName(place) }),
    ...(bot && { bot }),
    user: { id: user.id, ...(userGrant && { grant: userGrant }) },
    ...(webhook && {
      incomingWebhook: {
        url: webhook.url,
        ...(webhook.channel && { channel: webhook.channel }),
        ...(webhook.channel_id && { channelId: webhook.channel_id }),
        ...(webhook.configuration_url && { configurationUrl: webhook.configuration_url }),
      },
    }),
    isEnterpriseInstall,
    ...(body.token_type && { tokenType: body.token_type }),
    installedAt: receivedAt,
  }
}

function withName({ id, name }: v.InferOutput<typeof named>): { id: string; name?: string } {
  return name ? { id, name } : { id }
}

/** A token of either kind; where it expires, counted from our own clock at receipt. */
function tokenGrant(
  fields: v.InferOutput<v.ObjectSchema<typeof grant, undefined>>,
  receivedAt: number,
): TokenGrant | undefined {
  if (!fields.access_token) return undefined
  return {
    token: fields.access_token,
    ...(fields.refresh_token && { refreshToken: fields.refresh_token }),
    ...(typeof fields.expires_in === 'number' && {
      expiresAt: Math.floor(receivedAt + fields.expires_in),
    }),
    scopes: splitScopes(fields.scope),
  }
}
