import type { Context } from '../context.ts'
import { parseJsonObject } from '../http/json-object.ts'
import type { Params } from '../http/params.ts'
import { type Answer, json, page, plainText } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import type { AppRequest } from './app-request.ts'
import { sendPage } from './page.ts'
import { type SendResult, sendToApp } from './send.ts'

/**
 * `/sandbox/send`: a page with a form, and what it sends, for other processes too. It sends to the
 * request URLs of the apps alone, as a page elsewhere could ask for it as well.
 */
export async function answerSend(context: Context, verb: string, params: Params): Promise<Answer> {
  if (verb === 'GET') return page(200, sendPage(context, params), "'self'")
  const sent = await send(context, params)
  if (params.page === undefined) return json({ ...sent })
  return page(200, sendPage(context, params, sent), "'self'")
}

async function send(context: Context, params: Params): Promise<SendResult> {
  const { client_id: clientId, member, org } = params
  const [team, user] = member?.split('/') ?? [params.team, params.user]
  try {
    const options = {
      ...(clientId && { clientId }),
      ...(team && { team }),
      ...(user && { user }),
      ...(org === '1' && { isOrgWide: true }),
    }
    return { ok: true, ...(await sendToApp(context, requestOf(params), options)) }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.word }
    throw error
  }
}

function requestOf(params: Params): AppRequest {
  const { kind, command = '', text } = params
  switch (kind) {
    case 'event': {
      const envelope = params.envelope ? objectOf(params.envelope) : undefined
      return { kind, event: objectOf(params.event), ...(envelope && { envelope }) }
    }
    case 'command':
      if (!command.startsWith('/')) throw new Refusal('invalid_command')
      return { kind, command, ...(text && { text }) }
    case 'interactivity':
      return { kind, payload: objectOf(params.payload) }
    case 'url_verification':
    case 'ssl_check':
      return { kind }
    default:
      throw new Refusal('invalid_kind')
  }
}

function objectOf(text: string | undefined): Readonly<Record<string, unknown>> {
  const object = parseJsonObject(text ?? '')
  if (!object) throw new Refusal('invalid_json')
  return object
}

/** A form on a page of another origin: a browser says whose it is. */
export function foreignOrigin(origin: string | undefined, { origin: own }: Context): boolean {
  if (origin === undefined) return false
  const { port } = new URL(own)
  return !['localhost', '127.0.0.1', '[::1]'].some((host) => origin === `http://${host}:${port}`)
}

export const forbidden = plainText(403, 'not from another origin')
