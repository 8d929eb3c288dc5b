import type { Source } from '../authorize/requested-scopes.ts'
import type { App, Enterprise, Member, Workspace } from '../options.ts'

/** Where an app is installed. Without a team it is installed for the whole organization. */
export interface Place {
  readonly team: Workspace | null
  readonly enterprise: Enterprise | null
}

/** What one consent allows one identity. A later consent to the same adds its scopes. */
export interface Grant {
  readonly source: Source
  readonly app: App
  readonly place: Place
  readonly kind: 'bot' | 'user'
  /** The bot's user id, or the member's. */
  readonly userId: string
  /** Absent for a bot. */
  readonly member?: Member
  readonly scopes: readonly string[]
  readonly isRotating: boolean
  /** Given over a desktop redirect, so that its refresh needs no client secret. */
  readonly isDesktop: boolean
}

/** The id of the workspace or, for an org-wide install, of the organization. */
export function placeId({ team, enterprise }: Place): string {
  return team?.id ?? enterprise?.id ?? ''
}

/** Equal for consents that add up: to the same app, place and identity, in the same way. */
export function grantKey({
  source,
  app,
  place,
  kind,
  userId,
  isRotating,
  isDesktop,
}: Grant): string {
  return [source, app.appId, placeId(place), kind, userId, isRotating, isDesktop].join(' ')
}

/** What its access tokens start with: as Slack's do, and then the word sandbox. */
export function accessPrefix({ kind, isRotating }: Grant): string {
  const type = kind === 'bot' ? 'xoxb' : 'xoxp'
  return isRotating ? `xoxe.${type}-1-sandbox` : `${type}-sandbox-`
}
