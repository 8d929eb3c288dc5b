import type { Context } from '../context.ts'
import { parseJsonObject } from '../http/json-object.ts'
import type { Json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import { placeId } from '../state/grant.ts'
import { randomId } from '../state/random.ts'
import { type ApiCall, authenticate } from './api-call.ts'

/** Slack's `views.open`: a modal, for a trigger that is this app's, fresh and unused. */
export function viewsOpen(context: Context, call: ApiCall): Json {
  const { app, place } = authenticate(context, call).grant
  const { trigger_id: trigger, view: text } = call.params
  const view = parseJsonObject(text ?? '')
  if (trigger === undefined || view === undefined || view.type !== 'modal') {
    throw new Refusal('invalid_arguments')
  }
  context.triggers.exchange(trigger, app)
  const opened = {
    ...view,
    id: randomId('V'),
    team_id: placeId(place),
    app_id: app.appId,
    app_installed_team_id: placeId(place),
    hash: randomId('H'),
    state: { values: {} },
  }
  context.views.push(opened)
  return { view: opened }
}
