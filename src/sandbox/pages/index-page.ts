import type { Context } from '../context.ts'
import type { App } from '../options.ts'
import { escapeHtml, layout } from './layout.ts'

/** Says what is listening here, without the client secrets. */
export function indexPage({ origin, settings, apps }: Context): string {
  const workspaces = settings.workspaces.map(
    ({ id, name }) => `<li>${escapeHtml(name)} <code class="soft">${id}</code></li>`,
  )
  return layout(
    'Apps and workspaces',
    `<h1>A local Slack for OAuth</h1>
<p>Point your client at <code>${escapeHtml(origin)}</code> in place of
<code>https://slack.com</code>. It answers as Slack does, and refuses what Slack refuses.</p>
<h2>Apps</h2>
${apps.list().map(appEntry).join('\n')}
<h2>Workspaces</h2>
<ul role="list">
${workspaces.join('\n')}
</ul>
<p class="end"><a href="/sandbox/send">Send a request to an app</a></p>`,
  )
}

function appEntry({ name, appId, clientId, redirectUris }: App): string {
  const uris = redirectUris.map((uri) => `<dd><code>${escapeHtml(uri)}</code></dd>`)
  return `<h3>${escapeHtml(name)} <code class="soft">${appId}</code></h3>
<dl>
<dt>Client ID</dt>
<dd><code>${escapeHtml(clientId)}</code></dd>
<dt>Redirect URLs</dt>
${uris.join('\n') || '<dd>none, so that it cannot be installed</dd>'}
</dl>`
}
