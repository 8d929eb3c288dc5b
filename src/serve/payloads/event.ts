import * as v from 'valibot'
import type { RequestSource } from '../../flows/lookup/token-for-request.ts'
import type { Ending } from '../../flows/tokens/forget-revoked.ts'
import {
  fields,
  flag,
  identified,
  listOf,
  text,
  texts,
  time,
} from '../../slack/client/lenient-fields.ts'
import type { SlackRequest } from './slack-request.ts'
import { tenantOf } from './source.ts'

/** https://docs.slack.dev/apis/events-api, as much of it as is needed. */
const envelope = v.object({
  type: text,
  challenge: text,
  api_app_id: text,
  team_id: text,
  enterprise_id: text,
  is_enterprise_install: flag,
  event_id: text,
  event_time: time,
  authorizations: listOf(
    v.object({
      enterprise_id: text,
      team_id: text,
      user_id: text,
      is_bot: v.optional(v.unknown()),
      is_enterprise_install: flag,
    }),
  ),
  event: fields({
    type: v.string(),
    user: identified({ id: text }),
    tokens: fields({ oauth: texts, bot: texts }),
    team_ids: texts,
  }),
})

type Envelope = v.InferOutput<typeof envelope>

/** @returns undefined for what is no event */
export function eventOf(body: unknown): SlackRequest | undefined {
  const { success, output } = v.safeParse(envelope, body)
  if (!success) return undefined
  const { type, challenge, event, event_id: eventId } = output
  if (type === 'url_verification') {
    return challenge === undefined ? undefined : { kind: 'event', type, source: {}, challenge }
  }
  // `app_rate_limited` has no event in it
  const what = event?.type ?? (type === 'event_callback' ? undefined : type)
  if (what === undefined) return undefined
  const source = sourceOf(output)
  const ending = endingOf(output, source)
  return {
    kind: 'event',
    type: what,
    source,
    ...(event?.user?.id && { userId: event.user.id }),
    ...(eventId && { eventId }),
    ...(ending && { ending }),
  }
}

/** In a shared channel the event is of another workspace: for which it came, `authorizations` says. */
function sourceOf(body: Envelope): RequestSource {
  const named = body.authorizations.find((each) => each.team_id || each.enterprise_id)
  const first = named ?? { ...body, user_id: undefined, is_bot: undefined }
  const { user_id: userId, is_bot: isBot } = first
  return {
    ...tenantOf({
      teamId: first.team_id,
      enterpriseId: first.enterprise_id,
      isEnterpriseInstall: first.is_enterprise_install,
    }),
    ...(userId && (isBot === false || isBot === 'false') && { userId, isForUser: true }),
  }
}

function endingOf(body: Envelope, source: RequestSource): Ending | undefined {
  const { event, event_time: at, api_app_id: appId } = body
  const { enterpriseId, teamId, isEnterpriseInstall } = source
  const of = {
    ...(appId && { appId }),
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    ...(isEnterpriseInstall && { isEnterpriseInstall }),
    at: at ?? Date.now() / 1000,
  }
  switch (event?.type) {
    case 'app_uninstalled':
      return { kind: 'app_uninstalled', ...of }
    case 'tokens_revoked': {
      const { oauth, bot } = event.tokens ?? {}
      return { kind: 'tokens_revoked', userIds: oauth ?? [], botUserIds: bot ?? [], ...of }
    }
    case 'team_access_revoked':
      return { kind: 'team_access_revoked', teamIds: event.team_ids, ...of }
    default:
      return undefined
  }
}
