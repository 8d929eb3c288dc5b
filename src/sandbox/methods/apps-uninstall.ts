import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import { placeId } from '../state/grant.ts'
import { type ApiCall, authenticate } from './api-call.ts'
import { identifyClient } from './client-auth.ts'

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
