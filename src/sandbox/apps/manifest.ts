import * as v from 'valibot'
import { isRegistrableRedirectUri } from '../authorize/redirect-uri.ts'
import { isKnownScope } from '../authorize/scopes.ts'

const flag = v.optional(v.boolean('Must be a boolean'))

function text(least: number, most: number) {
  const message = `Must have ${least} to ${most} characters`
  return v.pipe(
    v.string('Must be a string'),
    v.minLength(least, message),
    v.maxLength(most, message),
  )
}

const scopes = v.optional(
  v.pipe(
    v.array(v.pipe(v.string(), v.check(isKnownScope, 'Invalid scope')), 'Must be an array'),
    v.maxLength(255, 'Must have at most 255 items'),
  ),
)

const redirectUrls = v.optional(
  v.pipe(
    v.array(
      v.pipe(v.string(), v.check(isRegistrableRedirectUri, 'Redirect URL is invalid')),
      'Must be an array',
    ),
    v.maxLength(1000, 'Must have at most 1000 items'),
  ),
)

/** The fields that OAuth is about; of the others, only that they are there. */
const schema = v.looseObject({
  display_information: v.looseObject({
    name: text(1, 35),
    description: v.optional(text(0, 140)),
    long_description: v.optional(text(174, 4000)),
  }),
  features: v.optional(
    v.looseObject({
      bot_user: v.optional(v.looseObject({ display_name: text(1, 80), always_online: flag })),
    }),
  ),
  oauth_config: v.optional(
    v.looseObject({
      redirect_urls: redirectUrls,
      scopes: v.optional(
        v.looseObject({ bot: scopes, bot_optional: scopes, user: scopes, user_optional: scopes }),
      ),
      pkce_enabled: flag,
    }),
  ),
  settings: v.optional(
    v.looseObject({
      org_deploy_enabled: flag,
      socket_mode_enabled: flag,
      token_rotation_enabled: flag,
    }),
  ),
})

export type AppManifest = v.InferOutput<typeof schema>

interface ManifestError {
  readonly [name: string]: string
  readonly message: string
  /** RFC 6901. */
  readonly pointer: string
}

/** Judges a manifest by Slack's reference, https://docs.slack.dev/reference/app-manifest */
export function parseManifest(
  document: unknown,
): { manifest: AppManifest } | { errors: ManifestError[] } {
  const { success, output, issues } = v.safeParse(schema, document)
  if (!success) {
    return {
      errors: issues.map(({ path, message }) => ({
        message,
        pointer: `/${(path ?? []).map(({ key }) => String(key)).join('/')}`,
      })),
    }
  }
  const errors = conflicts(output)
  return errors.length > 0 ? { errors } : { manifest: output }
}

/** What no single field shows. */
function conflicts({ oauth_config: oauth }: AppManifest): ManifestError[] {
  const { bot = [], bot_optional = [], user = [], user_optional = [] } = oauth?.scopes ?? {}
  const errors: ManifestError[] = []
  const refuse = (pointer: string, message: string) => errors.push({ message, pointer })
  // "Optional scopes must also be listed in the corresponding bot or user fields"
  if (!bot_optional.every((scope) => bot.includes(scope))) {
    refuse('/oauth_config/scopes/bot_optional', 'Optional scopes must also be listed in bot')
  }
  if (!user_optional.every((scope) => user.includes(scope))) {
    refuse('/oauth_config/scopes/user_optional', 'Optional scopes must also be listed in user')
  }
  return errors
}
