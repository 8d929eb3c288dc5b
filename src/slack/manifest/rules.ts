import { SlackOAuthError } from '../../base/errors.ts'
import { isLoopback } from '../authorize/redirect-uri.ts'
import { isScope } from '../authorize/scopes.ts'
import type { Manifest } from './manifest.ts'

/** A rule that a manifest breaks, and where: a JSON pointer (RFC 6901), as Slack's own answers have it. */
export interface ManifestProblem {
  readonly pointer: string
  readonly message: string
}

/**
 * What Slack's documentation says of the fields that an installation needs; of the others, Slack alone
 * can judge.
 *
 * @see https://docs.slack.dev/reference/app-manifest
 */
export function manifestProblems(manifest: Manifest): ManifestProblem[] {
  return [...displayProblems(manifest), ...redirectProblems(manifest), ...scopeProblems(manifest)]
}

/** @throws SlackOAuthError `invalid_manifest` with every rule that is broken */
export function assertValidManifest(manifest: Manifest, source: string): void {
  const problems = manifestProblems(manifest)
  if (problems.length > 0) throw invalidManifest(`${source} breaks Slack's rules`, problems)
}

export function invalidManifest(
  what: string,
  problems: readonly ManifestProblem[],
): SlackOAuthError {
  const found = problems.map(({ pointer, message }) => `${pointer} ${message}`.trim())
  return new SlackOAuthError(
    'invalid_manifest',
    [what, found.join('; ')].filter(Boolean).join(': '),
    {
      hint: 'Compare it with https://docs.slack.dev/reference/app-manifest',
    },
  )
}

function displayProblems({ display_information: shown, features }: Manifest): ManifestProblem[] {
  const problems: ManifestProblem[] = []
  const length = (field: string, value: unknown, least: number, most: number) => {
    if (value === undefined || value === null) return
    const size = typeof value === 'string' ? [...value.trim()].length : -1
    if (size >= least && size <= most) return
    problems.push({ pointer: field, message: `takes ${least} to ${most} characters` })
  }
  length('/display_information/name', shown?.name ?? '', 1, 35)
  length('/display_information/description', shown?.description, 0, 140)
  length('/display_information/long_description', shown?.long_description, 174, 4000)
  length('/features/bot_user/display_name', features?.bot_user?.display_name, 1, 80)
  const colour = shown?.background_color
  if (typeof colour === 'string' && !/^#([0-9a-f]{3}){1,2}$/i.test(colour)) {
    problems.push({
      pointer: '/display_information/background_color',
      message: 'takes a colour such as #0000AA',
    })
  }
  return problems
}

function redirectProblems({ oauth_config: oauth }: Manifest): ManifestProblem[] {
  const pointer = '/oauth_config/redirect_urls'
  const uris = oauth?.redirect_urls ?? []
  const tooMany = uris.length > 1000 ? [{ pointer, message: 'takes at most 1000' }] : []
  const wrong = uris.flatMap((uri, index) => {
    const message = redirectProblem(uri, oauth?.pkce_enabled ?? false)
    return message === undefined ? [] : { pointer: `${pointer}/${index}`, message }
  })
  return [...tooMany, ...wrong]
}

function redirectProblem(uri: string, hasPkce: boolean): string | undefined {
  if (!URL.canParse(uri)) return 'is not a URL'
  const url = new URL(uri)
  if (uri.includes('#')) return 'has a fragment'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:') return isLoopback(url) ? undefined : 'is http on another host'
  return hasPkce ? undefined : "is an app's own scheme, which needs PKCE"
}

function scopeProblems({ oauth_config: oauth, features }: Manifest): ManifestProblem[] {
  const { bot, bot_optional, user, user_optional } = oauth?.scopes ?? {}
  const pointer = '/oauth_config/scopes'
  const problems: ManifestProblem[] = []
  for (const [field, scopes] of Object.entries({ bot, bot_optional, user, user_optional })) {
    if ((scopes ?? []).length > 255) {
      problems.push({ pointer: `${pointer}/${field}`, message: 'takes at most 255' })
    }
    for (const [index, scope] of (scopes ?? []).entries()) {
      if (isScope(scope)) continue
      problems.push({ pointer: `${pointer}/${field}/${index}`, message: 'is not a scope' })
    }
  }
  const optional = { bot: bot_optional, user: user_optional }
  for (const [field, scopes] of Object.entries({ bot, user })) {
    const odd = (optional[field === 'bot' ? 'bot' : 'user'] ?? []).find(
      (scope) => !scopes?.includes(scope),
    )
    if (odd === undefined) continue
    const message = `has ${odd}, which has to be in ${field} as well`
    problems.push({ pointer: `${pointer}/${field}_optional`, message })
  }
  if ((bot ?? []).length > 0 && !features?.bot_user) {
    problems.push({ pointer: '/features/bot_user', message: 'is missing, and bot scopes need one' })
  }
  return problems
}
