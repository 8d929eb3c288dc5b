import type { Context } from '../context.ts'
import type { Params } from '../http/params.ts'
import { type Answer, page, redirect } from '../http/response.ts'
import type { App } from '../options.ts'
import { indexPage } from '../pages/index-page.ts'
import { escapeHtml, layout, refusalPage } from '../pages/layout.ts'
import { Refusal } from '../refusal.ts'
import { addApp, readManifest } from './create-app.ts'

/**
 * What stands for api.slack.com/apps: `GET /apps?new_app=1&manifest_json=…` shows what would be made,
 * its form makes it, and `/apps/ID` shows an app with its client secret.
 */
export function answerApps(
  context: Context,
  { verb, path, params }: { verb: 'GET' | 'POST'; path: string; params: Params },
): Answer {
  const [, appId] = /^\/apps\/(\w+)$/.exec(path) ?? []
  const app = context.apps.list().find((each) => each.appId === appId)
  if (app) return page(200, appPage(app))
  if (!params.new_app) return page(200, indexPage(context))
  try {
    const manifest = readManifest(params.manifest_json)
    if (verb === 'GET') return page(200, newAppPage(params.manifest_json ?? ''), "'self'")
    return redirect(new URL(`${context.origin}/apps/${addApp(context, manifest).appId}`))
  } catch (error) {
    if (error instanceof Refusal) return page(400, refusalPage(error.word, error.message))
    throw error
  }
}

/** Where Slack's admins add an org-wide app to workspaces. */
export function answerManage(): Answer {
  const text = 'In the sandbox, the app is in every workspace of its organization already.'
  return page(200, layout('Add to workspaces', `<h1>Add to workspaces</h1>\n<p>${text}</p>`))
}

function newAppPage(manifest: string): string {
  const shown = JSON.stringify(JSON.parse(manifest), undefined, 2)
  return layout(
    'Create an app',
    `<h1>Create an app from this manifest?</h1>
<pre>${escapeHtml(shown)}</pre>
<form method="post" action="/apps">
<input type="hidden" name="new_app" value="1">
<input type="hidden" name="manifest_json" value="${escapeHtml(manifest)}">
<div class="buttons">
<button class="go">Create</button>
</div>
</form>`,
  )
}

function appPage({ name, appId, clientId, clientSecret, redirectUris }: App): string {
  const uris = redirectUris.map((uri) => `<dd><code>${escapeHtml(uri)}</code></dd>`)
  return layout(
    name,
    `<h1>${escapeHtml(name)}</h1>
<dl>
<dt>App ID</dt>
<dd><code>${escapeHtml(appId)}</code></dd>
<dt>Client ID</dt>
<dd><code>${escapeHtml(clientId)}</code></dd>
<dt>Client secret</dt>
<dd><code>${escapeHtml(clientSecret)}</code></dd>
<dt>Redirect URLs</dt>
${uris.join('\n') || '<dd>none, so that it cannot be installed</dd>'}
</dl>`,
  )
}
