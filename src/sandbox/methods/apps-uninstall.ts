import type { Context } from '../context.js'
import type { Json } from '../http/response.js'
import { Refusal } from '../refusal.js'
import { placeId } from '../state/grant.js'
import { type ApiCall, authenticate } from './api-call.js'
import { identifyClient } from './client-auth.js'

/** Slack's `apps.uninstall`: every token of the app in the token's workspace or organization. */
export function appsUninstall(context: Context, call: ApiCall): Json {
  const { app, place } = authenticate(context, call).grant
  const client = identifyClient(call.credentials, context.apps)
  if (!client.hasSecret) throw new Refusal('bad_client_secret')
  if (client.app !== app) throw new Refusal('client_id_token_mismatch')

  context.tokens.revokeGrants(
    (grant) => grant.app === app && placeId(grant.place) === placeId(place),
  )
  context.webhooks.removeAll(app, place)
  return { uninstalled: true }
}
