import type { RequestSource } from '../../flows/lookup/token-for-request.ts'
import type { Ending } from '../../flows/tokens/forget-revoked.ts'

/** A request of Slack's, read: what it is, and for whom. */
export interface SlackRequest {
  readonly kind: 'event' | 'command' | 'interactivity'
  readonly type: string
  readonly source: RequestSource
  /** Who acted, for the log. */
  readonly userId?: string
  /** Of an event: the same at each delivery. */
  readonly eventId?: string
  /** Of an interaction: where whoever acted can be told something. A secret. */
  readonly responseUrl?: string
  /** Of `url_verification`. */
  readonly challenge?: string
  /** Of an event that says that tokens have ended. */
  readonly ending?: Ending
}
