import type { Json } from './answer.js'
import type { ApiCall } from './api-call.js'
import { matchesSecret } from './client.js'
import type { Context } from './context.js'
import { completeApp } from './defaults.js'
import { parseJsonObject } from './json-object.js'
import { type AppManifest, parseManifest } from './manifest.js'
import { randomDigits, randomId, randomSecret } from './random.js'
import { Refusal } from './refusal.js'

/** Slack's `apps.manifest.create`: an app that is usable at once, in the first workspace alone. */
export function appsManifestCreate(context: Context, call: ApiCall): Json {
  const manifest = readManifest(context, call)
  const { oauth_config: oauth, settings } = manifest
  const app = completeApp(
    {
      name: manifest.display_information.name,
      appId: randomId('A'),
      clientId: `${randomDigits()}.${randomDigits()}`,
      clientSecret: `sandbox${randomSecret()}`,
      redirectUris: oauth?.redirect_urls ?? [],
      tokenRotation: settings?.token_rotation_enabled ?? false,
      pkce: oauth?.pkce_enabled ?? false,
      distributed: false,
      orgInstall: settings?.org_deploy_enabled ?? false,
      botUser: manifest.features?.bot_user !== undefined,
      optionalScopes: oauth?.scopes?.bot_optional ?? [],
      optionalUserScopes: oauth?.scopes?.user_optional ?? [],
    },
    context.apps.list().length,
  )
  context.apps.add(app)
  const scopes = { scope: oauth?.scopes?.bot ?? [], user_scope: oauth?.scopes?.user ?? [] }
  const query = new URLSearchParams({ client_id: app.clientId })
  for (const [name, list] of Object.entries(scopes)) query.set(name, list.join(','))
  return {
    app_id: app.appId,
    credentials: {
      client_id: app.clientId,
      client_secret: app.clientSecret,
      verification_token: `sandbox${randomSecret()}`,
      signing_secret: `sandbox${randomSecret()}`,
    },
    oauth_authorize_url: `${context.origin}/oauth/v2/authorize?${query}`,
  }
}

/** Slack's `apps.manifest.validate`. */
export function appsManifestValidate(context: Context, call: ApiCall): Json {
  readManifest(context, call)
  return {}
}

function readManifest({ configToken }: Context, { params, token }: ApiCall): AppManifest {
  if (token === undefined) throw new Refusal('not_authed')
  if (!matchesSecret(token, configToken)) throw new Refusal('invalid_auth')
  const document = parseJsonObject(params.manifest ?? '')
  if (document === undefined) {
    refuse([{ message: 'Must be a JSON object', pointer: '/' }])
  }
  const parsed = parseManifest(document)
  return 'errors' in parsed ? refuse(parsed.errors) : parsed.manifest
}

function refuse(errors: readonly Json[]): never {
  throw new Refusal('invalid_manifest', 'invalid_manifest', { errors })
}
