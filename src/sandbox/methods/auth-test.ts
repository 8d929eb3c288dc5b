import type { Context } from '../context.ts'
import { handle } from '../defaults.ts'
import type { Json } from '../http/response.ts'
import { type ApiCall, authenticate } from './api-call.ts'

/** Slack's `auth.test`. With an org token the organization stands where the team would. */
export function authTest(context: Context, call: ApiCall): Json {
  const { grant, expiresAt } = authenticate(context, call)
  const { app, place, kind, member, userId } = grant
  const { team, enterprise } = place
  const shown = team ?? enterprise
  return {
    // A name that resolves nowhere, so that no link leads out of the sandbox into a real workspace.
    url: `https://${shown?.domain}.slack.test/`,
    team: shown?.name,
    user: handle(member?.name ?? app.name),
    team_id: shown?.id,
    user_id: userId,
    ...(kind === 'bot' ? { bot_id: context.bots(app, place).botId } : {}),
    ...(enterprise ? { enterprise_id: enterprise.id } : {}),
    is_enterprise_install: team === null,
    ...(expiresAt === undefined ? {} : { expires_in: Math.floor(expiresAt - context.now()) }),
  }
}
