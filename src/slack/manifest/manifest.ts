import * as v from 'valibot'
import { SlackOAuthError } from '../../base/errors.ts'
import { assertNoBotOnDesktop, isDesktopRedirect } from '../authorize/pkce.ts'
import { isLoopback } from '../authorize/redirect-uri.ts'
import { isSignInScope, SIGN_IN_SCOPES } from '../authorize/scopes.ts'

const list = v.nullish(v.array(v.string()))
const flag = v.nullish(v.boolean())

/**
 * As much of an app manifest as an installation needs; the rest of it is kept as it is.
 * https://docs.slack.dev/reference/app-manifest
 */
const schema = v.looseObject({
  display_information: v.nullish(v.looseObject({ name: v.nullish(v.string()) })),
  features: v.nullish(
    v.looseObject({ bot_user: v.nullish(v.looseObject({ display_name: v.nullish(v.string()) })) }),
  ),
  oauth_config: v.nullish(
    v.looseObject({
      redirect_urls: list,
      scopes: v.nullish(
        v.looseObject({ bot: list, bot_optional: list, user: list, user_optional: list }),
      ),
      pkce_enabled: flag,
    }),
  ),
  settings: v.nullish(v.looseObject({ org_deploy_enabled: flag, token_rotation_enabled: flag })),
})

export type Manifest = v.InferOutput<typeof schema>

/** @throws SlackOAuthError `invalid_manifest` that names the field */
export function parseManifest(value: unknown, source: string): Manifest {
  // The value itself, with its fields in their order: whoever wrote the file knows them so
  if (v.is(schema, value) && isManifest(value)) return value
  const { issues } = v.safeParse(schema, value)
  const field = issues ? v.getDotPath(issues[0]) : null
  const what = field === null ? 'holds no app manifest' : `is no app manifest: ${field} is wrong`
  throw new SlackOAuthError('invalid_manifest', `${source} ${what}`, {
    hint: 'Compare it with https://docs.slack.dev/reference/app-manifest',
  })
}

/** Any other object would pass for a manifest without settings. */
function isManifest(manifest: Manifest): boolean {
  return 'display_information' in manifest || 'oauth_config' in manifest
}

/** What a manifest says that a command would otherwise be told by its settings. */
export interface ManifestSettings {
  readonly scopes?: readonly string[]
  readonly userScopes?: readonly string[]
  /** Those on this machine, where there are any: a published app lists others beside them. */
  readonly redirectUris?: readonly string[]
  /** All of them. */
  readonly registered?: readonly string[]
  readonly hasPkce?: boolean
}

export function manifestSettings({ oauth_config: oauth }: Manifest): ManifestSettings {
  const redirectUris = oauth?.redirect_urls ?? []
  const here = redirectUris.filter((uri) => URL.canParse(uri) && isLoopback(new URL(uri)))
  return {
    scopes: oauth?.scopes?.bot ?? [],
    // An app may have both; no installation can ask for both
    userScopes: (oauth?.scopes?.user ?? []).filter((scope) => !isSignInScope(scope)),
    redirectUris: here.length > 0 ? here : redirectUris,
    registered: redirectUris,
    hasPkce: oauth?.pkce_enabled ?? false,
  }
}

/** The settings that a manifest is made of; what is left out is that of `base`. */
export interface ManifestRequest {
  readonly base?: Manifest
  readonly name?: string
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly userScopes: readonly string[]
  /** Which of them, or beside them, a person may decline. */
  readonly optionalScopes?: readonly string[]
  readonly optionalUserScopes?: readonly string[]
  readonly signIn?: boolean
  readonly rotation?: boolean
  readonly pkce?: boolean
  readonly org?: boolean
}

/**
 * The manifest of an app for just these settings.
 *
 * @throws SlackOAuthError `invalid_scope` for bot scopes that no redirect of the app could bring, and
 *   for an org-wide app without any
 */
export function createManifest(request: ManifestRequest): Manifest {
  const { base = {}, redirectUris, optionalScopes = [], optionalUserScopes = [] } = request
  const oauth = base.oauth_config
  const name = request.name ?? base.display_information?.name ?? 'My app'
  const bot = union(request.scopes, optionalScopes)
  const signIn = request.signIn ? [...SIGN_IN_SCOPES] : keptSignIn(oauth?.scopes?.user)
  const user = union(request.userScopes, optionalUserScopes, signIn)
  const botOptional = within(bot, optionalScopes, oauth?.scopes?.bot_optional)
  const userOptional = within(user, optionalUserScopes, oauth?.scopes?.user_optional)
  const pkce = request.pkce || oauth?.pkce_enabled || false
  if (pkce) refuseUnreachableBot(bot, redirectUris)
  if (request.org && bot.length === 0) throw orgWithoutBot()

  return {
    ...base,
    display_information: { ...base.display_information, name },
    ...(bot.length + Object.keys(base.features ?? {}).length > 0 && {
      features: {
        ...base.features,
        // Without one, the consent page refuses: "doesn't have a bot user to install"
        ...(bot.length > 0 && { bot_user: botUser(name, base) }),
      },
    }),
    oauth_config: {
      ...oauth,
      redirect_urls: [...redirectUris],
      scopes: {
        ...(bot.length > 0 && { bot }),
        ...(botOptional.length > 0 && { bot_optional: botOptional }),
        ...(user.length > 0 && { user }),
        ...(userOptional.length > 0 && { user_optional: userOptional }),
      },
      ...(pkce && { pkce_enabled: true }),
    },
    settings: {
      ...base.settings,
      ...(bot.includes('incoming-webhook') && {
        incoming_webhooks: { incoming_webhooks_enabled: true },
      }),
      org_deploy_enabled: request.org || base.settings?.org_deploy_enabled || false,
      socket_mode_enabled: base.settings?.socket_mode_enabled ?? false,
      token_rotation_enabled: request.rotation || base.settings?.token_rotation_enabled || false,
    },
  }
}

function botUser(name: string, { features }: Manifest): Record<string, unknown> {
  // Slack documents a-z, 0-9, -, _ and ., and at most 80 of them
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
  const display_name = plain.replaceAll(/^-+|-+$/g, '').slice(0, 80) || 'app'
  return { display_name, always_online: false, ...features?.bot_user }
}

function keptSignIn(userScopes: readonly string[] | null | undefined): string[] {
  return (userScopes ?? []).filter(isSignInScope)
}

/** Slack: "Optional scopes must also be listed in the corresponding bot or user fields." */
function within(
  scopes: readonly string[],
  named: readonly string[],
  ofBase: readonly string[] | null | undefined,
): string[] {
  return union(
    named,
    (ofBase ?? []).filter((scope) => scopes.includes(scope)),
  )
}

function union(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())]
}

/** https://docs.slack.dev/enterprise/developing-for-enterprise-orgs */
function orgWithoutBot(): SlackOAuthError {
  return new SlackOAuthError('invalid_scope', 'An org-wide app needs a bot scope', {
    hint: 'Name one with --scopes, or leave --org out',
  })
}

function refuseUnreachableBot(bot: readonly string[], redirectUris: readonly string[]): void {
  const urls = redirectUris.filter((uri) => URL.canParse(uri)).map((uri) => new URL(uri))
  if (urls.every(isDesktopRedirect)) assertNoBotOnDesktop(bot, urls)
}
