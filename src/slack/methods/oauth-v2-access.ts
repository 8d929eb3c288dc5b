import * as v from 'valibot'
import { SlackOAuthError } from '../../base/errors.ts'
import { publicClientGrant } from '../authorize/pkce.ts'
import { fields, isSet, text, time } from '../client/lenient-fields.ts'
import { parseAnswer } from '../client/response-schema.ts'
import { type AppClient, callSlack, type SlackOptions } from '../client/web-api.ts'
import type { Bot, Installation, TokenGrant } from '../installation.ts'
import { grantFields, token, tokenGrant } from './token-fields.ts'

const named = fields({ id: text, name: text })
const tokenFields = {
  access_token: text,
  scope: v.optional(v.unknown()),
  refresh_token: text,
  expires_in: time,
}

/**
 * `team` and `enterprise` are null or absent where there is none; the token fields of either kind
 * only where its scopes were asked for. The tokens are granted by the time that this is read, so that nothing
 * else in it is a reason to lose them.
 * https://docs.slack.dev/reference/methods/oauth.v2.access
 */
const response = v.object({
  app_id: text,
  team: named,
  enterprise: named,
  is_enterprise_install: v.optional(v.unknown()),
  ...tokenFields,
  token_type: text,
  bot_user_id: text,
  authed_user: fields({ id: text, ...tokenFields }),
  incoming_webhook: fields({
    url: text,
    channel: text,
    channel_id: text,
    configuration_url: text,
  }),
})

/** What Slack documents, as far as it is looked at: where an answer is not so, it is odd. */
const documented = {
  app_id: v.string(),
  team: v.nullish(v.object({ id: v.string() })),
  enterprise: v.nullish(v.object({ id: v.string() })),
  is_enterprise_install: v.nullish(v.boolean()),
  scope: grantFields.scope,
  expires_in: grantFields.expires_in,
  authed_user: v.object({ id: v.string() }),
  incoming_webhook: v.nullish(v.object({ url: v.string() })),
}

/** What Slack granted for a code. */
export interface Granted {
  /**
   * `bot.id` is missing, which only auth.test tells; and where the answer is odd, `appId` and `user.id` may be
   * empty, and the place absent.
   */
  readonly installation: Installation
  /** The fields that are not as Slack documents them. */
  readonly oddities: readonly string[]
}

/** What is sent once per authorization: the code, and what it was asked with. */
export interface CodeExchange {
  readonly code: string
  /** Letter by letter the one of the authorize URL (RFC 6749 section 4.1.3). */
  readonly redirectUri: string
  /** Of a public client, in the place of its secret (RFC 7636 section 4.5). */
  readonly codeVerifier?: string
}

/**
 * Exchanges a code for an installation.
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
): Promise<Granted> {
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
  const answer = await callSlack({ method, retries: 0, ...call }, options)
  const body = parseAnswer(response, answer, method)
  const granted = installation(body, clientId, now())
  return {
    installation: clientSecret === undefined ? ofPublicClient(granted) : granted,
    oddities: odditiesOf(answer),
  }
}

function odditiesOf(answer: unknown): string[] {
  const given = new Map<string, unknown>(Object.entries(answer ?? {}))
  return Object.entries(documented)
    .filter(([name, schema]) => !v.is(schema, given.get(name)))
    .map(([name]) => name)
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
): Installation {
  const { enterprise, team, authed_user: user, incoming_webhook: webhook } = body
  const ofOrganization = withName(enterprise)
  const flag = body.is_enterprise_install
  // The flag is not among what Slack documents as always there
  const isEnterpriseInstall =
    flag === undefined || flag === null ? !team?.id && !!ofOrganization : isSet(flag)
  // An org-wide installation has no team, also when Slack's answer names one: it would never be
  // found under it
  const place = isEnterpriseInstall ? undefined : withName(team)
  const botGrant = grantOf(body, receivedAt)
  const userGrant = user && grantOf(user, receivedAt)
  if (!botGrant && !userGrant) {
    throw new SlackOAuthError(
      'unexpected_response',
      'Slack granted the installation, and its answer holds no token that can be used: the app is installed, and its tokens are lost',
      { hint: `Install it again; or remove the app in Slack, under Manage apps of the workspace` },
    )
  }
  const bot: Bot | undefined = botGrant && { ...botGrant, userId: body.bot_user_id ?? '' }
  return {
    clientId,
    appId: body.app_id ?? '',
    ...(ofOrganization && { enterprise: ofOrganization }),
    ...(place && { team: place }),
    ...(bot && { bot }),
    user: { id: user?.id ?? '', ...(userGrant && { grant: userGrant }) },
    ...(webhook?.url && {
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

/** A token of either kind; nothing where there is none that can go into a header. */
function grantOf(
  {
    access_token,
    scope,
    refresh_token,
    expires_in,
  }: v.InferOutput<v.ObjectSchema<typeof tokenFields, undefined>>,
  receivedAt: number,
): TokenGrant | undefined {
  if (!isToken(access_token)) return undefined
  const scopes = Array.isArray(scope)
    ? scope.filter((each) => typeof each === 'string').join(',')
    : scope
  return tokenGrant(
    {
      access_token,
      scope: typeof scopes === 'string' ? scopes : undefined,
      refresh_token: isToken(refresh_token) ? refresh_token : undefined,
      expires_in: v.is(grantFields.expires_in, expires_in) ? expires_in : undefined,
    },
    receivedAt,
  )
}

function isToken(text: string | undefined): text is string {
  return text !== undefined && v.is(token, text)
}

function withName(given: v.InferOutput<typeof named>): { id: string; name?: string } | undefined {
  if (!given?.id) return undefined
  const { id, name } = given
  return name ? { id, name } : { id }
}
