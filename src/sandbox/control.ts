import { type Answer, json, plainText } from './answer.js'
import type { Context } from './context.js'
import type { Params } from './request.js'

/** What Slack has no method for: the sandbox's own questions and switches, for other processes. */
export function answerControl(
  { calls, rotation }: Context,
  verb: string,
  path: string,
  params: Params,
): Answer {
  switch (`${verb} ${path}`) {
    case 'GET /sandbox/calls':
      return json(calls.counts())
    case 'POST /sandbox/rotation':
      return rotation.turnOn(params.client_id)
        ? json({ ok: true })
        : json({ ok: false, error: 'invalid_client_id' })
    default:
      return plainText(404, 'not_found')
  }
}
