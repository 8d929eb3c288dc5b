import type { Context } from '../context.ts'
import type { Params } from '../http/params.ts'
import { escapeHtml, layout } from '../pages/layout.ts'
import type { SendResult } from './send.ts'

/** Forms that send a signed request to an app, and above them what the app answered. */
export function sendPage({ apps, settings }: Context, params: Params, sent?: SendResult): string {
  const { workspaces } = settings
  const members = workspaces.flatMap((team) =>
    team.members.map(({ id, name }) => option(`${team.id}/${id}`, `${name}, ${team.name}`)),
  )
  const who = `<label for="client_id">To the app</label>
<select id="client_id" name="client_id">
${apps
  .list()
  .map(({ clientId, name }) => option(clientId, name, params.client_id))
  .join('\n')}
</select>
<label for="member">By</label>
<select id="member" name="member">
${members.join('\n')}
</select>`
  return layout(
    'Send a request to an app',
    `<h1>Send a request to an app</h1>
<p>Signed, as Slack sends it, to the app's request URL.</p>
${sent ? outcome(sent) : ''}
<form method="post" action="/sandbox/send">
<input type="hidden" name="page" value="1">
${who}
<label for="event">An event, as JSON</label>
<textarea id="event" name="event" rows="3">${escapeHtml(params.event ?? '{"type":"app_mention","text":"hello"}')}</textarea>
<label for="command">A command, and its text</label>
<input id="command" name="command" value="${escapeHtml(params.command ?? '/hello')}">
<label for="payload">An interaction, as JSON</label>
<textarea id="payload" name="payload" rows="3">${escapeHtml(params.payload ?? '{"type":"block_actions","actions":[]}')}</textarea>
<div class="buttons">
<button class="go" name="kind" value="event">Send event</button>
<button class="go" name="kind" value="command">Send command</button>
<button class="go" name="kind" value="interactivity">Send interaction</button>
<button name="kind" value="url_verification">Verify URL</button>
</div>
</form>`,
  )
}

function option(value: string, label: string, selected?: string): string {
  const mark = value === selected ? ' selected' : ''
  return `<option value="${escapeHtml(value)}"${mark}>${escapeHtml(label)}</option>`
}

function outcome(sent: SendResult): string {
  if (!sent.ok) return `<h2>Not sent</h2>\n<p>Error: <code>${escapeHtml(sent.error)}</code></p>`
  const body = sent.body === '' ? 'an empty body' : `<code>${escapeHtml(sent.body)}</code>`
  return `<h2>The app answered ${sent.status} after ${sent.seconds.toFixed(2)} s</h2>\n<p>${body}</p>`
}
