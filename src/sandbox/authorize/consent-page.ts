import type { Params } from '../http/params.ts'
import { channels } from '../options.ts'
import { escapeHtml, layout } from '../pages/layout.ts'
import { placeId } from '../state/grant.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import type { Choice } from './installer.ts'
import { optionalScopes } from './optional-scopes.ts'

/** What the form repeats of the authorize URL, to be judged again when it comes back. */
const repeated = [
  'client_id',
  'scope',
  'user_scope',
  'redirect_uri',
  'response_type',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
] as const

export const authorizePaths = {
  v2: '/oauth/v2/authorize',
  openid: '/openid/connect/authorize',
} as const

/** Fields: `member`, `channel` and `decision`, beside what the authorize URL said. */
export function consentPage(
  request: AuthorizeRequest,
  params: Params,
  choices: readonly Choice[],
): string {
  const { app, source } = request
  const title =
    source === 'openid' ? `Sign in to ${app.name} with Slack` : `Install ${app.name} in Slack`
  return layout(
    title,
    `<h1>${escapeHtml(title)}</h1>
${permissions(request)}
<form method="post" action="${authorizePaths[source]}">
${hiddenFields(params)}
${memberField(request, params, choices)}
${optionalFields(request)}
${request.scopes.includes('incoming-webhook') ? channelField() : ''}
<div class="buttons">
<button class="go" name="decision" value="allow">Allow</button>
<button name="decision" value="cancel">Cancel</button>
</div>
</form>
<p class="soft end">Either way you go on to<br><code>${breakable(request.redirectUri)}</code></p>`,
  )
}

function permissions({ source, scopes, userScopes }: AuthorizeRequest): string {
  if (source === 'openid') return scopeList('It will learn who you are', userScopes)
  return [
    scopeList('It will act as itself, with', scopes),
    scopeList('It will act on your behalf, with', userScopes),
  ].join('\n')
}

function scopeList(heading: string, scopes: readonly string[]): string {
  if (scopes.length === 0) return ''
  const items = scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`)
  return `<h2>${heading}</h2>\n<ul class="scopes" role="list">\n${items.join('\n')}\n</ul>`
}

function hiddenFields(params: Params): string {
  return repeated
    .flatMap((name) => {
      const value = params[name]
      if (value === undefined) return []
      return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`
    })
    .join('\n')
}

function memberField(
  { source }: AuthorizeRequest,
  params: Params,
  choices: readonly Choice[],
): string {
  const preselected = choices.find(({ place }) => placeId(place) === params.team)
  const groups = choices.map((choice) => {
    const { place, members } = choice
    const where = place.team?.name ?? `all of ${place.enterprise?.name}`
    const label = place.team ? where : 'Install for the whole organization'
    const options = members.map(({ id, name }, index) => {
      const selected = choice === preselected && index === 0 ? ' selected' : ''
      const value = escapeHtml(`${placeId(place)}/${id}`)
      // A closed select shows no group, so each option names its place too.
      return `<option value="${value}"${selected}>${escapeHtml(`${name}, ${where}`)}</option>`
    })
    return `<optgroup label="${escapeHtml(label)}">\n${options.join('\n')}\n</optgroup>`
  })
  const label = source === 'openid' ? 'Sign in as' : 'Who installs it, and where'
  return `<label for="member">${label}</label>
<select id="member" name="member">
${groups.join('\n')}
</select>`
}

/** The last of a name counts, so the box, where it is ticked, outdoes the hidden field before it. */
function optionalFields(request: AuthorizeRequest): string {
  const boxes = optionalScopes(request).map(({ scope, kind, field }) => {
    const name = escapeHtml(field)
    const label = `${escapeHtml(scope)} (${kind === 'bot' ? 'as itself' : 'on your behalf'})`
    return `<input type="hidden" name="${name}" value="decline">
<label class="choice"><input type="checkbox" name="${name}" value="allow" checked> ${label}</label>`
  })
  if (boxes.length === 0) return ''
  return `<fieldset>\n<legend>Optional permissions</legend>\n${boxes.join('\n')}\n</fieldset>`
}

function channelField(): string {
  const options = channels.map(({ id, name }) => `<option value="${id}">#${name}</option>`)
  return `<label for="channel">Where the incoming webhook posts</label>
<select id="channel" name="channel">
${options.join('\n')}
</select>`
}

/** A URL as HTML that a narrow window wraps after a slash of its path. */
function breakable(url: string): string {
  return escapeHtml(url).replaceAll(/(?<!\/)\/(?=\w)/g, '/<wbr>')
}
