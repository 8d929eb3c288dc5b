import { ACKNOWLEDGED, type Answer, json } from './answer.js'
import type { SlackRequest } from './slack-request.js'

/** Asks whoever acted to install the app, as far as the kind of the request lets one say anything. */
export function notInstalledAnswer(request: SlackRequest, installUrl: string): Answer {
  return told(request, `This app is not installed here yet. <${installUrl}|Add it to Slack>`)
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
