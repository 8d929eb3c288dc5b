import type { Context } from '../context.ts'
import type { Params } from '../http/params.ts'
import { type Answer, page, redirect } from '../http/response.ts'
import { channels } from '../options.ts'
import { refusalPage } from '../pages/layout.ts'
import { Refusal } from '../refusal.ts'
import { type AuthorizeRequest, readAuthorizeRequest } from './authorize-request.ts'
import { consentPage } from './consent-page.ts'
import { choices, chooseInstaller, isForeign } from './installer.ts'
import { withoutDeclined } from './optional-scopes.ts'
import type { Source } from './requested-scopes.ts'

/**
 * The authorize URLs, `/oauth/v2/authorize` and `/openid/connect/authorize`: GET shows the page, POST
 * is its form. The form carries the whole request, so that one POST without a page will do as well.
 */
export function answerAuthorize(
  context: Context,
  source: Source,
  { isForm, params }: { isForm: boolean; params: Params },
): Answer {
  try {
    const { settings } = context
    const request = readAuthorizeRequest(source, params, context.apps)
    if (isForm) return decide(context, request, params)
    if (settings.consent === 'page') {
      const html = consentPage(request, params, choices(settings, request))
      return page(200, html, `'self' ${originOf(request.redirectUri)}`)
    }
    const fields = { ...knownTeam(context, params), decision: settings.consent }
    return decide(context, request, fields)
  } catch (error) {
    if (error instanceof Refusal) return page(400, refusalPage(error.word, error.message))
    throw error
  }
}

function decide(context: Context, request: AuthorizeRequest, fields: Params): Answer {
  if (fields.decision === 'cancel')
    return sendBack(request, {
      error: 'access_denied',
      // A person who cancels is described; a bare access_denied is something else (slackapi/bolt-python#1454)
      error_description: 'The user cancelled the request',
    })
  if (fields.decision !== 'allow') {
    throw new Refusal('invalid_arguments', 'decision must be "allow" or "cancel"')
  }
  const { place, member } = chooseInstaller(context.settings, request, fields)
  if (isForeign(request, place, context.settings)) {
    return sendBack(request, { error: 'invalid_team_for_non_distributed_app' })
  }
  const channel = channels.find(({ id }) => id === fields.channel) ?? channels[0]
  const allowed = withoutDeclined(request, fields)
  return sendBack(request, {
    code: context.codes.issue({ request: allowed, place, member, channel }),
  })
}

/** The `team` of an authorize URL is a wish: where it cannot be met, another workspace wins. */
function knownTeam({ settings }: Context, params: Params): Params {
  const { team, ...rest } = params
  return team && settings.workspaces.some(({ id }) => id === team) ? { ...rest, team } : rest
}

function sendBack({ redirectUri, state }: AuthorizeRequest, result: Params): Answer {
  const url = new URL(redirectUri)
  // RFC 6749 section 4.1.2: the query of the redirect URI stays, and here byte for byte.
  const added = new URLSearchParams({ ...result, state }).toString()
  url.search = url.search === '' ? added : `${url.search}&${added}`
  return redirect(url)
}

/** Chromium holds the redirect that answers a form to the page's form-action as well. */
function originOf(redirectUri: string): string {
  const { protocol, origin } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol
}
