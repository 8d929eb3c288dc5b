import * as v from 'valibot'
import { publicClientGrant } from '../authorize/pkce.ts'
import { absent, parseAnswer } from '../client/response-schema.ts'
import {
  type AppClient,
  callSlack,
  type SlackOptions,
  unexpectedResponse,
} from '../client/web-api.ts'
import type { Bot, Installation } from '../installation.ts'
import { grantFields, tokenGrant } from './token-fields.ts'

const named = v.object({ id: v.pipe(v.string(), v.minLength(1)), name: absent(v.string()) })

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
  ...grantFields,
  token_type: absent(v.string()),
  bot_user_id: absent(v.string()),
  authed_user: v.object({ id: v.pipe(v.string(), v.minLength(1)), ...grantFields }),
  incoming_webhook: absent(
    v.object({
      url: v.string(),
      channel: absent(v.string()),
      channel_id: absent(v.string()),
      configuration_url: absent(v.string()),
    }),
  ),
})

/** What is sent once per authorization: the code, and what it was asked with. */
export interface CodeExchange {
  readonly code: string
  /** Letter by letter the one of the authorize URL (RFC 6749 section 4.1.3). */
  readonly redirectUri: string
  /** Of a public client, in the place of its secret (RFC 7636 section 4.5). */
  readonly codeVerifier?: string
}

/**
 * Exchanges a code for an installation; `bot.id` is still missing, since only auth.test tells it.
 * Never tried again after a fault: the code may be spent. Without a secret the client is a public one,
 * which proves itself by the verifier.
 *
 * @throws SlackOAuthError as {@link callSlack}
 */
export async function exchangeCode(
  { code, redirectUri, codeVerifier }: CodeExchange,
  { clientId, clientSecret }: AppClient,
  options: SlackOptions,
  now: () => number,
): Promise<Installation> {
  const method = 'oauth.v2.access'
  const parameters = {
    code,
    redirect_uri: redirectUri,
    ...(codeVerifier !== undefined && { code_verifier: codeVerifier }),
  }
  const call =
    clientSecret === undefined
      ? { parameters: { ...parameters, client_id: clientId } }
      : { parameters, authorization: { clientId, clientSecret } }
  const body = parseAnswer(
    response,
    await callSlack({ method, retries: 0, ...call }, options),
    method,
  )
  const granted = installation(body, clientId, now(), method)
  return clientSecret === undefined ? ofPublicClient(granted) : granted
}

function ofPublicClient(granted: Installation): Installation {
  const { bot, user, installedAt } = granted
  return {
    ...granted,
    ...(bot && { bot: { ...bot, ...publicClientGrant(bot, installedAt) } }),
    user: { ...user, ...(user.grant && { grant: publicClientGrant(user.grant, installedAt) }) },
  }
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
