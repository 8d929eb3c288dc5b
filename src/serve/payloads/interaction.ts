import * as v from 'valibot'
import type { SlackRequest } from './slack-request.ts'

const text = v.nullish(v.string())

/**
 * https://docs.slack.dev/reference/interaction-payloads, as much of it as is needed. Of org-wide apps
 * `team` is null; `is_enterprise_install` has been seen as text too.
 */
const interaction = v.object({
  type: v.string(),
  team: v.nullish(v.object({ id: text, enterprise_id: text })),
  enterprise: v.nullish(v.object({ id: text })),
  user: v.nullish(v.object({ id: text, team_id: text })),
  view: v.nullish(v.object({ app_installed_team_id: text })),
  is_enterprise_install: v.nullish(v.union([v.boolean(), v.string()])),
  response_url: text,
})

/** @returns undefined for what is no interactive payload */
export function interactionOf(payload: unknown): SlackRequest | undefined {
  const { success, output } = v.safeParse(interaction, payload)
  if (!success) return undefined
  const { type, team, enterprise, user, view, response_url: responseUrl } = output
  // In a shared channel, the team is that of whoever acted: the app may be installed in another
  const teamId = view?.app_installed_team_id || team?.id || user?.team_id
  const enterpriseId = enterprise?.id || team?.enterprise_id
  const isEnterpriseInstall = String(output.is_enterprise_install) === 'true'
  return {
    kind: 'interactivity',
    type,
    source: {
      ...(enterpriseId && { enterpriseId }),
      ...(teamId && { teamId }),
      ...(user?.id && { userId: user.id }),
      ...(isEnterpriseInstall && { isEnterpriseInstall }),
    },
    ...(user?.id && { userId: user.id }),
    ...(responseUrl && { responseUrl }),
  }
}
