import * as v from 'valibot'
import { fields, flag, identified, text } from '../../slack/client/lenient-fields.ts'
import type { SlackRequest } from './slack-request.ts'
import { tenantOf } from './source.ts'

/**
 * https://docs.slack.dev/reference/interaction-payloads, as much of it as is needed. Of org-wide apps
 * `team` is null.
 */
const interaction = v.object({
  type: v.string(),
  team: identified({ id: text, enterprise_id: text }),
  enterprise: fields({ id: text }),
  user: identified({ id: text }),
  view: fields({ app_installed_team_id: text }),
  is_enterprise_install: flag,
  response_url: text,
})

/** Where Bolt looks at `app_installed_team_id`: an action in a Home tab is none of them. */
const VIEW_ACTIONS: ReadonlySet<string> = new Set(['view_submission', 'view_closed'])

/** @returns undefined for what is no interactive payload */
export function interactionOf(payload: unknown): SlackRequest | undefined {
  const { success, output } = v.safeParse(interaction, payload)
  if (!success) return undefined
  const { type, user, response_url: responseUrl } = output
  return {
    kind: 'interactivity',
    type,
    source: { ...placeOf(output), ...(user?.id && { userId: user.id }) },
    ...(user?.id && { userId: user.id }),
    ...(responseUrl && { responseUrl }),
  }
}

/**
 * Where the app is installed, of what a payload names. In a shared channel `user` and the organization can be
 * those of a person from elsewhere: `user.team_id` chooses nothing. A view that is submitted or closed names the place
 * of the app itself, as in Bolt, and then no organization beside it counts
 * (slackapi/bolt-js#1614, slackapi/bolt-python#1229).
 */
function placeOf({ type, team, enterprise, view, ...rest }: v.InferOutput<typeof interaction>) {
  const installedIn = VIEW_ACTIONS.has(type) ? view?.app_installed_team_id : undefined
  if (installedIn) return tenantOf({ teamId: installedIn })
  const isEnterpriseInstall = rest.is_enterprise_install
  const [own, named] = [team?.enterprise_id, enterprise?.id]
  return tenantOf({
    teamId: team?.id,
    // Only the organization that the workspace is in covers it; `enterprise` may be another
    enterpriseId: isEnterpriseInstall ? named || own : own || named,
    isEnterpriseInstall,
  })
}
