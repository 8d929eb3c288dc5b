import type { IncomingHttpHeaders } from 'node:http'
import { answerApps, answerManage } from '../apps/app-pages.ts'
import { answerAuthorize } from '../authorize/consent.ts'
import { authorizePaths } from '../authorize/consent-page.ts'
import type { Context } from '../context.ts'
import type { IdTokenFault } from '../faults/faults.ts'
import { answerApi } from '../methods/api.ts'
import { openIdConfiguration, openIdKeys } from '../openid/discovery.ts'
import { indexPage } from '../pages/index-page.ts'
import { answerControl } from './control.ts'
import type { Params } from './params.ts'
import { type Answer, json, page, plainText } from './response.ts'

/** A request with its body read. */
export interface Incoming {
  readonly verb: 'GET' | 'POST'
  readonly path: string
  readonly params: Params
  readonly headers: IncomingHttpHeaders
}

const endpoints: Readonly<Record<string, string>> = {
  [authorizePaths.v2]: 'oauth.v2.authorize',
  [authorizePaths.openid]: 'openid.connect.authorize',
  '/.well-known/openid-configuration': 'openid.discovery',
  '/openid/connect/keys': 'openid.keys',
}

/** The name under which a request is recorded, and spoiled: the method's, where it is one. */
export function methodOf(path: string): string | undefined {
  if (path.startsWith('/api/')) return path.slice('/api/'.length)
  return endpoints[path]
}

/** Faults are for machines; the pages, which a person sees, never meet one. */
export function canFail(method: string | undefined): method is string {
  return method !== undefined && !method.endsWith('.authorize')
}

export async function route(
  context: Context,
  { verb, path, params, headers }: Incoming,
  idTokenFault: IdTokenFault | undefined,
): Promise<Answer> {
  if (path.startsWith('/api/')) {
    const name = path.slice('/api/'.length)
    return answerApi(context, name, { params, headers, idTokenFault })
  }
  if (path.startsWith('/sandbox/')) {
    return answerControl(context, { verb, path, params, headers })
  }
  if (/^\/apps(\/|$)/.test(path)) return answerApps(context, { verb, path, params })
  if (path.startsWith('/manage/')) return answerManage()
  switch (path) {
    case '/':
      return page(200, indexPage(context))
    case authorizePaths.v2:
      return answerAuthorize(context, 'v2', { isForm: verb === 'POST', params })
    case authorizePaths.openid:
      return answerAuthorize(context, 'openid', { isForm: verb === 'POST', params })
    case '/.well-known/openid-configuration':
      return json(openIdConfiguration(context))
    case '/openid/connect/keys':
      return json(await openIdKeys(context))
    default:
      return path.startsWith('/commands/')
        ? answerResponse(context, verb, path, params)
        : answerWebhook(context, verb, path)
  }
}

/** The `response_url` of a command or an interaction. */
function answerResponse(
  { responses }: Context,
  verb: string,
  path: string,
  message: Params,
): Answer {
  const isTaken = verb === 'POST' && responses.take(path, message)
  return isTaken ? plainText(200, 'ok') : plainText(404, 'used_url')
}

function answerWebhook({ webhooks }: Context, verb: string, path: string): Answer {
  if (!path.startsWith('/services/')) return plainText(404, 'not_found')
  return verb === 'POST' && webhooks.has(path) ? plainText(200, 'ok') : plainText(404, 'no_service')
}
