import type { Context } from '../context.ts'
import { completeApp } from '../defaults.ts'
import { parseJsonObject } from '../http/json-object.ts'
import type { Json } from '../http/response.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import { randomDigits, randomId, randomSecret } from '../state/random.ts'
import { type AppManifest, parseManifest } from './manifest.ts'

/** An app as a manifest describes it, usable at once, in the first workspace alone. */
export function addApp({ apps }: Context, manifest: AppManifest): App {
  const { oauth_config: oauth, settings } = manifest
  const app = completeApp(
    {
      name: manifest.display_information.name,
      appId: randomId('A'),
      clientId: `${randomDigits()}.${randomDigits()}`,
      clientSecret: `sandbox${randomSecret()}`,
      signingSecret: `sandbox${randomSecret()}`,
      redirectUris: oauth?.redirect_urls ?? [],
      tokenRotation: settings?.token_rotation_enabled ?? false,
      pkce: oauth?.pkce_enabled ?? false,
      distributed: false,
      orgInstall: settings?.org_deploy_enabled ?? false,
      botUser: manifest.features?.bot_user !== undefined,
      optionalScopes: oauth?.scopes?.bot_optional ?? [],
      optionalUserScopes: oauth?.scopes?.user_optional ?? [],
    },
    apps.list().length,
  )
  apps.add(app)
  return app
}

/** The manifest in a text, or `invalid_manifest` with each field that is wrong. */
export function readManifest(text: string | undefined): AppManifest {
  const document = parseJsonObject(text ?? '')
  if (document === undefined) return refuse([{ message: 'Must be a JSON object', pointer: '/' }])
  const parsed = parseManifest(document)
  return 'errors' in parsed ? refuse(parsed.errors) : parsed.manifest
}

function refuse(errors: readonly Json[]): never {
  const said = errors.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')
  throw new Refusal('invalid_manifest', said, { errors })
}
