import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from '../context.ts'
import { answerSend, forbidden, foreignOrigin } from '../send/control.ts'
import type { Params } from './params.ts'
import { type Answer, json, plainText } from './response.ts'

interface ControlRequest {
  readonly verb: string
  readonly path: string
  readonly params: Params
  readonly headers: IncomingHttpHeaders
}

/** What Slack has no method for: the sandbox's own questions and switches, for other processes. */
export async function answerControl(
  context: Context,
  { verb, path, params, headers }: ControlRequest,
): Promise<Answer> {
  const { calls, rotation } = context
  if (verb === 'POST' && foreignOrigin(headers.origin, context)) return forbidden
  switch (`${verb} ${path}`) {
    case 'GET /sandbox/calls':
      return json(calls.counts())
    case 'POST /sandbox/rotation':
      return rotation.turnOn(params.client_id)
        ? json({ ok: true })
        : json({ ok: false, error: 'invalid_client_id' })
    case 'GET /sandbox/send':
    case 'POST /sandbox/send':
      return answerSend(context, verb, params)
    default:
      return plainText(404, 'not_found')
  }
}
