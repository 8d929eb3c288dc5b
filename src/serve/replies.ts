import { respondAt } from '../slack/methods/response-url.ts'
import type { SlackRequest } from './payloads/slack-request.ts'
import { ACKNOWLEDGED, type Answer, type Handled, json, type RequestRecord } from './response.ts'
import { installUrl, type ServeNeeds, type ServeSettings } from './settings.ts'

/**
 * Asks whoever acted to install the app: in the answer, or where Slack shows nothing of that, beside it
 * at the `response_url`. A shortcut that belongs to no message has neither.
 */
export function notInstalled(
  request: SlackRequest,
  acted: RequestRecord,
  { slack }: Pick<ServeNeeds, 'slack'>,
  settings: ServeSettings,
): Handled {
  const text = `This app is not installed here yet. <${installUrl(settings)}|Add it to Slack>`
  const answer = told(request, text)
  const record = { ...acted, outcome: 'not_installed' } as const
  if (answer !== ACKNOWLEDGED || request.responseUrl === undefined) return { answer, record }
  const later = respondAt(request.responseUrl, text, slack).then(
    () => undefined,
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      return { ...record, detail: `Nobody was told: ${why}` }
    },
  )
  return { answer, record, later }
}

/** A sentence for whoever acted, in the form that Slack shows it in; else no more than an answer. */
export function told({ kind, type }: SlackRequest, text: string): Answer {
  if (kind === 'command') return json({ response_type: 'ephemeral', text })
  if (kind === 'interactivity' && type === 'view_submission') {
    return json({
      response_action: 'update',
      view: {
        type: 'modal',
        title: { type: 'plain_text', text: 'Sorry' },
        blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
      },
    })
  }
  if (kind === 'interactivity' && type === 'block_suggestion') return json({ options: [] })
  return ACKNOWLEDGED
}
