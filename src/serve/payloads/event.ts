import * as v from 'valibot'
import type { RequestSource } from '../../flows/lookup/token-for-request.ts'
import type { Ending } from '../../flows/tokens/forget-revoked.ts'
import type { SlackRequest } from './slack-request.ts'

const text = v.nullish(v.string())
const ids = v.nullish(v.array(v.string()))

/** https://docs.slack.dev/apis/events-api, as much of it as is needed. */
const envelope = v.object({
  type: v.string(),
  challenge: text,
  team_id: text,
  enterprise_id: text,
  is_enterprise_install: v.nullish(v.boolean()),
  event_id: text,
  event_time: v.nullish(v.number()),
  authorizations: v.nullish(
    v.array(
      v.object({
        enterprise_id: text,
        team_id: text,
        user_id: text,
        is_bot: v.nullish(v.boolean()),
        is_enterprise_install: v.nullish(v.boolean()),
      }),
    ),
  ),
  event: v.nullish(
    v.object({
      type: v.string(),
      // An id, or a whole member
      user: v.optional(v.unknown()),
      tokens: v.nullish(v.object({ oauth: ids, bot: ids })),
      team_ids: ids,
    }),
  ),
})

type Envelope = v.InferOutput<typeof envelope>

/** @returns undefined for what is no event */
export function eventOf(body: unknown): SlackRequest | undefined {
  const { success, output } = v.safeParse(envelope, body)
  if (!success) return undefined
  const { type, challenge, event, event_id: eventId } = output
  if (type === 'url_verification') {
    return typeof challenge === 'string'
      ? { kind: 'event', type, source: {}, challenge }
      : undefined
  }
  // `app_rate_limited` has no event in it
  if (type === 'event_callback' && !event) return undefined
  const source = sourceOf(output)
  const ending = endingOf(output, source)
  const userId = typeof event?.user === 'string' ? event.user : undefined
  return {
    kind: 'event',
    type: event?.type ?? type,
    source,
    ...(userId && { userId }),
    ...(eventId && { eventId }),
    ...(ending && { ending }),
  }
}

/** In a shared channel the event is of another workspace: whom it came for, `authorizations` says. */
function sourceOf(body: Envelope): RequestSource {
  const [first = { ...body, user_id: undefined, is_bot: undefined }] = body.authorizations ?? []
  const { enterprise_id: enterpriseId, team_id: teamId, user_id: userId, is_bot: isBot } = first
  // An org-wide app has its organization where others have their workspace
  const isOrganization = !!first.is_enterprise_install || /^E/.test(teamId ?? '')
  return {
    ...((enterpriseId || isOrganization) && { enterpriseId: enterpriseId || (teamId ?? '') }),
    ...(teamId && !/^E/.test(teamId) && { teamId }),
    ...(userId && isBot === false && { userId, isForUser: true }),
    ...(isOrganization && { isEnterpriseInstall: true }),
  }
}

function endingOf({ event, event_time }: Envelope, source: RequestSource): Ending | undefined {
  const { enterpriseId, teamId, isEnterpriseInstall } = source
  const of = {
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    ...(isEnterpriseInstall && { isEnterpriseInstall }),
    at: event_time ?? Date.now() / 1000,
  }
  switch (event?.type) {
    case 'app_uninstalled':
      return { kind: 'app_uninstalled', ...of }
    case 'tokens_revoked': {
      const { oauth, bot } = event.tokens ?? {}
      return { kind: 'tokens_revoked', userIds: oauth ?? [], botUserIds: bot ?? [], ...of }
    }
    case 'team_access_revoked':
      return { kind: 'team_access_revoked', teamIds: event.team_ids ?? [], ...of }
    default:
      return undefined
  }
}
