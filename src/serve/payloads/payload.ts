import * as v from 'valibot'
import { parsedJson } from '../../base/json.ts'
import { flag, text } from '../../slack/client/lenient-fields.ts'
import { eventOf } from './event.ts'
import { interactionOf } from './interaction.ts'
import type { SlackRequest } from './slack-request.ts'
import { tenantOf } from './source.ts'

type MediaType = 'application/json' | 'application/x-www-form-urlencoded'

/** What Slack sends; undefined for a body of any other type. */
export function mediaTypeOf(contentType: string | undefined): MediaType | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  return type === 'application/json' || type === 'application/x-www-form-urlencoded'
    ? type
    : undefined
}

/**
 * Reads a body whose signature is known to be right. It tells by itself what it is: an app may have
 * one URL for all.
 *
 * @returns undefined for anything that Slack does not send
 */
export function readPayload(mediaType: MediaType, body: string): SlackRequest | undefined {
  if (mediaType === 'application/json') return eventOf(parsedJson(body))
  const form = new URLSearchParams(body)
  if (form.has('ssl_check')) return { kind: 'command', type: 'ssl_check', source: {} }
  const payload = form.get('payload')
  return payload === null ? commandOf(form) : interactionOf(parsedJson(payload))
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
const command = v.object({
  command: v.string(),
  team_id: text,
  enterprise_id: text,
  user_id: text,
  is_enterprise_install: flag,
})

function commandOf(form: URLSearchParams): SlackRequest | undefined {
  const { success, output } = v.safeParse(command, Object.fromEntries(form))
  if (!success) return undefined
  const { user_id: userId } = output
  const place = tenantOf({
    teamId: output.team_id,
    enterpriseId: output.enterprise_id,
    isEnterpriseInstall: output.is_enterprise_install,
  })
  return {
    kind: 'command',
    type: output.command,
    source: { ...place, ...(userId && { userId }) },
    ...(userId && { userId }),
  }
}
