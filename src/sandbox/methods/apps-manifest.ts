import { addApp, readManifest } from '../apps/create-app.ts'
import type { AppManifest } from '../apps/manifest.ts'
import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import { randomSecret } from '../state/random.ts'
import type { ApiCall } from './api-call.ts'
import { matchesSecret } from './client-auth.ts'

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
