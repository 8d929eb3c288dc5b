import type { Context } from '../context.ts'
import type { Json } from '../http/response.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { ApiCall } from './api-call.ts'
import { identifyClient } from './client-auth.ts'
import { rotationAnswer } from './token-responses.ts'

/** Slack's `oauth.v2.exchange`: a rotating pair, once, for a token from before rotation. */
export function oauthV2Exchange(context: Context, { credentials, token = '' }: ApiCall): Json {
  const { app, hasSecret } = identifyClient(credentials, context.apps)
  if (!hasSecret) throw new Refusal('bad_client_secret')
  if (!context.rotation.isOn(app)) throw new Refusal('token_rotation_not_enabled')
  checkExchangeable(context, app, token)

  const issued = context.tokens.exchange(token)
  if (!issued) throw new Refusal('invalid_token')
  return rotationAnswer(issued)
}

function checkExchangeable({ tokens }: Context, app: App, token: string): void {
  const found = tokens.find(token)
  // Of an exchanged token that much is said even when it is dead by now
  if (tokens.isExchanged(token)) throw new Refusal('token_already_exchanged')
  if (found.is === 'token_revoked') throw new Refusal('authorization_not_found')
  if (found.is !== 'valid') throw new Refusal('invalid_token')
  const { grant } = found
  if (grant.app !== app || grant.source !== 'v2' || grant.isRotating) {
    throw new Refusal('invalid_token')
  }
}
