import type { Json } from '../http/response.ts'
import type { App, Enterprise, Member, Settings, Workspace } from '../options.ts'
import { Refusal } from '../refusal.ts'
import { randomId } from '../state/random.ts'

/** What the sandbox sends to an app as Slack would; fields given win over those made up. */
export type AppRequest =
  /** `event` is the inner one; `envelope` is laid over what is around it. */
  | { readonly kind: 'event'; readonly event: Json; readonly envelope?: Json }
  | { readonly kind: 'command'; readonly command: string; readonly text?: string }
  /** `payload` is laid over who acted where. */
  | { readonly kind: 'interactivity'; readonly payload: Json }
  | { readonly kind: 'url_verification' | 'ssl_check' }

/** Where it happens, and who does it: the first workspace and its first member where nothing is said. */
export interface Scene {
  readonly team?: string
  readonly user?: string
  /** For an org-wide installation: the organization of that workspace is where it is. */
  readonly isOrgWide?: boolean
}

export interface Actors {
  readonly app: App
  readonly team: Workspace
  readonly enterprise: Enterprise | undefined
  readonly user: Member
  readonly isOrgWide: boolean
}

export function actorsOf(settings: Settings, app: App, scene: Scene): Actors {
  const { team: teamId, user: userId, isOrgWide = false } = scene
  const team = settings.workspaces.find(({ id }) => teamId === undefined || id === teamId)
  if (!team) throw new Refusal('team_not_found')
  const user = team.members.find(({ id }) => userId === undefined || id === userId)
  if (!user) throw new Refusal('user_not_found')
  const enterprise = settings.enterprises.find(({ id }) => id === team.enterpriseId)
  if (isOrgWide && !enterprise) throw new Refusal('not_an_enterprise')
  return { app, team, enterprise, user, isOrgWide }
}

export interface Links {
  readonly triggerId: string
  readonly responseUrl: string
}

export interface AppRequestBody {
  readonly contentType: string
  readonly body: string
}

export function bodyOf(request: AppRequest, actors: Actors, links: Links): AppRequestBody {
  switch (request.kind) {
    case 'event':
      return asJson({ ...envelopeOf(actors), event: request.event, ...request.envelope })
    case 'url_verification':
      return asJson({ type: 'url_verification', token: 'sandbox', challenge: randomId('C') })
    case 'ssl_check':
      return asForm({ ssl_check: '1', token: 'sandbox' })
    case 'command':
      return asForm(commandOf(request, actors, links))
    case 'interactivity':
      return asForm({ payload: JSON.stringify(interactionOf(request.payload, actors, links)) })
  }
}

function envelopeOf({ app, team, enterprise, user, isOrgWide }: Actors): Json {
  return {
    token: 'sandbox',
    team_id: team.id,
    ...(enterprise && { enterprise_id: enterprise.id }),
    api_app_id: app.appId,
    type: 'event_callback',
    event_id: randomId('Ev'),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: enterprise?.id ?? null,
        team_id: isOrgWide ? null : team.id,
        user_id: user.id,
        is_bot: true,
        is_enterprise_install: isOrgWide,
      },
    ],
    is_ext_shared_channel: false,
  }
}

function commandOf(
  { command, text = '' }: Extract<AppRequest, { kind: 'command' }>,
  { app, team, enterprise, user, isOrgWide }: Actors,
  { triggerId, responseUrl }: Links,
): Record<string, string> {
  return {
    token: 'sandbox',
    team_id: team.id,
    team_domain: team.domain,
    ...(enterprise && { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    channel_id: 'C0GENERAL01',
    channel_name: 'general',
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: app.appId,
    is_enterprise_install: String(isOrgWide),
    response_url: responseUrl,
    trigger_id: triggerId,
  }
}

function interactionOf(payload: Json, actors: Actors, { triggerId, responseUrl }: Links): Json {
  const { app, team, enterprise, user, isOrgWide } = actors
  return {
    token: 'sandbox',
    team: isOrgWide
      ? null
      : { id: team.id, domain: team.domain, ...(enterprise && { enterprise_id: enterprise.id }) },
    enterprise: enterprise ? { id: enterprise.id, name: enterprise.name } : null,
    user: { id: user.id, username: user.name, team_id: team.id },
    api_app_id: app.appId,
    is_enterprise_install: isOrgWide,
    trigger_id: triggerId,
    ...(hasResponseUrl(payload.type) && { response_url: responseUrl }),
    ...payload,
  }
}

/** What belongs to a message has one; a shortcut from anywhere and a modal have none. */
function hasResponseUrl(type: unknown): boolean {
  return type === 'block_actions' || type === 'message_action'
}

function asJson(value: Json): AppRequestBody {
  return { contentType: 'application/json', body: JSON.stringify(value) }
}

function asForm(fields: Record<string, string>): AppRequestBody {
  const body = new URLSearchParams(fields).toString()
  return { contentType: 'application/x-www-form-urlencoded', body }
}
