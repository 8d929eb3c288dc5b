import { addApp, readManifest } from '../apps/create-app.js'
import type { AppManifest } from '../apps/manifest.js'
import type { Context } from '../context.js'
import type { Json } from '../http/response.js'
import { Refusal } from '../refusal.js'
import { randomSecret } from '../state/random.js'
import type { ApiCall } from './api-call.js'
import { matchesSecret } from './client-auth.js'

/** Slack's `apps.manifest.create`. */
export function appsManifestCreate(context: Context, call: ApiCall): Json {
  const manifest = authorizedManifest(context, call)
  const app = addApp(context, manifest)
  const { bot = [], user = [] } = manifest.oauth_config?.scopes ?? {}
  const query = new URLSearchParams({
    client_id: app.clientId,
    scope: bot.join(','),
    user_scope: user.join(','),
  })
  return {
    app_id: app.appId,
    credentials: {
      client_id: app.clientId,
      client_secret: app.clientSecret,
      verification_token: `sandbox${randomSecret()}`,
      signing_secret: app.signingSecret,
    },
    oauth_authorize_url: `${context.origin}/oauth/v2/authorize?${query}`,
  }
}

/** Slack's `apps.manifest.validate`. */
export function appsManifestValidate(context: Context, call: ApiCall): Json {
  authorizedManifest(context, call)
  return {}
}

function authorizedManifest({ configToken }: Context, { params, token }: ApiCall): AppManifest {
  if (token === undefined) throw new Refusal('not_authed')
  if (!matchesSecret(token, configToken)) throw new Refusal('invalid_auth')
  return readManifest(params.manifest)
}
