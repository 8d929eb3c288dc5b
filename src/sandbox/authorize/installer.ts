import type { Params } from '../http/params.ts'
import type { Enterprise, Member, Settings, Workspace } from '../options.ts'
import { Refusal } from '../refusal.ts'
import { type Place, placeId } from '../state/grant.ts'
import type { AuthorizeRequest } from './authorize-request.ts'
import { workspaceOnlyScopes } from './scopes.ts'

/** A place where the app can be installed, and who can install it there. */
export interface Choice {
  readonly place: Place
  readonly members: readonly Member[]
}

/** Every workspace and, for an app that takes them, every organization. */
export function choices(settings: Settings, request: AuthorizeRequest): Choice[] {
  const workspaces = settings.workspaces.map((team) => ({
    place: { team, enterprise: enterpriseOf(settings, team) },
    members: team.members,
  }))
  if (!canInstallOrgWide(request)) return workspaces
  const organizations = settings.enterprises.map((enterprise) => ({
    place: { team: null, enterprise },
    members: membersOf(settings, enterprise),
  }))
  return [...workspaces, ...organizations.filter(({ members }) => members.length > 0)]
}

export interface Installer {
  readonly place: Place
  readonly member: Member
}

/**
 * Who installs where, by the fields of the form: `member` (TEAM/USER or ENTERPRISE/USER) as the
 * page sends it, or by name `team`, `org` and `user`, which win. What is left out is the first.
 */
export function chooseInstaller(
  settings: Settings,
  request: AuthorizeRequest,
  fields: Params,
): Installer {
  const [memberPlace = '', memberUser = ''] = (fields.member ?? '').split('/')
  const named = fields.org || fields.team
  const wanted = named || memberPlace
  const available = choices(settings, request)
  const choice = wanted ? available.find(({ place }) => placeId(place) === wanted) : available[0]
  if (!choice) throw new Refusal('team_not_found', `${request.app.name} cannot go to ${wanted}`)

  const user = fields.user || (named && named !== memberPlace ? '' : memberUser)
  const member = user ? choice.members.find(({ id }) => id === user) : choice.members[0]
  if (!member) throw new Refusal('user_not_found', `${user} is not a member of ${wanted}`)
  return { place: choice.place, member }
}

/** An undistributed app stays in the workspace where it was made: here, the first. */
export function isForeign({ app }: AuthorizeRequest, place: Place, settings: Settings): boolean {
  if (app.distributed) return false
  const [home] = settings.workspaces
  return place.team ? place.team.id !== home?.id : place.enterprise?.id !== home?.enterpriseId
}

/** Slack, "Developing for Enterprise orgs": the app must opt in and ask for a bot scope. */
function canInstallOrgWide({ app, scopes, userScopes }: AuthorizeRequest): boolean {
  const all = [...scopes, ...userScopes]
  return (
    app.orgInstall && scopes.length > 0 && !all.some((scope) => workspaceOnlyScopes.includes(scope))
  )
}

function enterpriseOf({ enterprises }: Settings, { enterpriseId }: Workspace): Enterprise | null {
  return enterprises.find(({ id }) => id === enterpriseId) ?? null
}

function membersOf({ workspaces }: Settings, enterprise: Enterprise): Member[] {
  const members = workspaces
    .filter(({ enterpriseId }) => enterpriseId === enterprise.id)
    .flatMap((workspace) => workspace.members)
  return [...new Map(members.map((member) => [member.id, member])).values()]
}
