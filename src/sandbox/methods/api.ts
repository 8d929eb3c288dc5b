import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from '../context.ts'
import type { IdTokenFault } from '../faults/faults.ts'
import { type Params, readBearerToken, readCredentials } from '../http/params.ts'
import { type Answer, json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import type { ApiMethod } from './api-call.ts'
import { appsManifestCreate, appsManifestValidate } from './apps-manifest.ts'
import { appsUninstall } from './apps-uninstall.ts'
import { authRevoke } from './auth-revoke.ts'
import { authTest } from './auth-test.ts'
import { oauthV2Access } from './oauth-v2-access.ts'
import { oauthV2Exchange } from './oauth-v2-exchange.ts'
import { openIdToken } from './openid-token.ts'
import { openIdUserInfo } from './openid-user-info.ts'
import { viewsOpen } from './views-open.ts'

const methods: Readonly<Record<string, ApiMethod>> = {
  'apps.manifest.create': appsManifestCreate,
  'apps.manifest.validate': appsManifestValidate,
  'api.test': async () => ({}),
  'apps.uninstall': appsUninstall,
  'auth.revoke': authRevoke,
  'auth.test': authTest,
  'oauth.v2.access': oauthV2Access,
  'oauth.v2.exchange': oauthV2Exchange,
  'openid.connect.token': openIdToken,
  'openid.connect.userInfo': openIdUserInfo,
  'views.open': viewsOpen,
}

interface ApiRequest {
  readonly params: Params
  readonly headers: IncomingHttpHeaders
  readonly idTokenFault: IdTokenFault | undefined
}

/** Slack answers 200 whatever happened; only `ok` tells. */
export async function answerApi(
  context: Context,
  name: string,
  { params, headers, idTokenFault }: ApiRequest,
): Promise<Answer> {
  const token = readBearerToken(headers.authorization, params)
  const credentials = readCredentials(headers.authorization, params)
  const call = { params, credentials, token, idTokenFault }
  // Before the method runs, since one that revokes must still name the scopes there were.
  const scopeHeaders = scopesOf(context, token)
  try {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw new Refusal('unknown_method')
    return json({ ok: true, ...(await method(context, call)) }, scopeHeaders)
  } catch (error) {
    if (error instanceof Refusal) {
      return json({ ok: false, error: error.word, ...error.details }, scopeHeaders)
    }
    throw error
  }
}

function scopesOf({ tokens }: Context, token: string | undefined): Record<string, string> {
  const found = token === undefined ? undefined : tokens.find(token)
  if (found?.is !== 'valid') return {}
  const { kind, scopes } = found.grant
  // Slack adds `identify` to every user token, and shows it only here.
  const shown = kind === 'user' ? ['identify', ...scopes] : scopes
  return { 'x-oauth-scopes': shown.join(',') }
}
