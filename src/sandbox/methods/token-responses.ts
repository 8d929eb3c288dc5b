import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import type { Approval } from '../state/codes.ts'
import type { Place } from '../state/grant.ts'
import type { Issued } from '../state/tokens.ts'

/** Issues the tokens of an approval, in the shape of `oauth.v2.access` for a code. */
export function installationAnswer(context: Context, approval: Approval): Json {
  const { request, member, place } = approval
  return {
    app_id: request.app.appId,
    ...botFields(context, approval),
    ...placeFields(place),
    authed_user: { id: member.id, ...userFields(context, approval) },
    ...webhookFields(context, approval),
  }
}

/** The shape for a refresh, or for a token exchanged: flat for both kinds, with no `authed_user`. */
export function rotationAnswer({ grant, wire }: Issued): Json {
  return {
    app_id: grant.app.appId,
    ...wire,
    token_type: grant.kind,
    scope: grant.scopes.join(','),
    ...(grant.kind === 'bot' ? { bot_user_id: grant.userId } : { user_id: grant.userId }),
    ...placeFields(grant.place),
  }
}

function placeFields({ team, enterprise }: Place): Json {
  return {
    team: team && { id: team.id, name: team.name },
    enterprise: enterprise && { id: enterprise.id, name: enterprise.name },
    is_enterprise_install: team === null,
  }
}

function botFields(context: Context, { request, place }: Approval): Json {
  const { app, scopes, isDesktop } = request
  if (scopes.length === 0) return {}
  const { userId } = context.bots(app, place)
  const { grant, wire } = context.tokens.issue({
    source: 'v2',
    app,
    place,
    kind: 'bot',
    userId,
    scopes,
    isRotating: context.rotation.isOn(app),
    isDesktop,
  })
  return { ...wire, token_type: 'bot', scope: grant.scopes.join(','), bot_user_id: userId }
}

function userFields(context: Context, { request, place, member }: Approval): Json {
  const { app, userScopes, isDesktop } = request
  if (userScopes.length === 0) return {}
  const { grant, wire } = context.tokens.issue({
    source: 'v2',
    app,
    place,
    kind: 'user',
    userId: member.id,
    member,
    scopes: userScopes,
    // Desktop redirects always rotate, whatever the app's setting (Slack, "Using PKCE").
    isRotating: context.rotation.isOn(app) || isDesktop,
    isDesktop,
  })
  return { ...wire, token_type: 'user', scope: grant.scopes.join(',') }
}

function webhookFields(context: Context, { request, place, channel }: Approval): Json {
  const { team } = place
  if (!request.scopes.includes('incoming-webhook') || !team) return {}
  return {
    incoming_webhook: {
      channel: `#${channel.name}`,
      channel_id: channel.id,
      ...context.webhooks.add(request.app, team),
    },
  }
}
