import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import { type Grant, placeId } from '../state/grant.ts'
import type { ApiCall } from './api-call.ts'

/**
 * Slack's `auth.revoke`, also for a refresh token. A rotating token dies alone; a lasting one takes
 * its authorization along: the bot leaves with its webhooks (Slack, "Using token rotation").
 */
export function authRevoke({ tokens, webhooks }: Context, { token, params }: ApiCall): Json {
  if (token === undefined) throw new Refusal('not_authed')
  const found = tokens.findEither(token)
  if (found.is !== 'valid') throw new Refusal(found.is)
  if (params.test === '1' || params.test === 'true') return { revoked: false }

  const { grant } = found
  if (grant.isRotating) {
    tokens.revoke(token)
  } else {
    tokens.revokeGrants((other) => isSameAuthorization(other, grant))
    if (grant.kind === 'bot') webhooks.removeAll(grant.app, grant.place)
  }
  return { revoked: true }
}

/** The rotating pair that a lasting token was exchanged for is the same authorization. */
function isSameAuthorization(a: Grant, b: Grant): boolean {
  return (
    a.source === b.source &&
    a.app === b.app &&
    placeId(a.place) === placeId(b.place) &&
    a.kind === b.kind &&
    a.userId === b.userId
  )
}
