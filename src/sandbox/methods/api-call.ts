import type { Context } from '../context.ts'
import type { IdTokenFault } from '../faults/faults.ts'
import type { Credentials, Params } from '../http/params.ts'
import type { Json } from '../http/response.ts'
import { Refusal } from '../refusal.ts'
import type { Grant } from '../state/grant.ts'

/** A call of a Web API method, with whatever it brought to prove who calls. */
export interface ApiCall {
  readonly params: Params
  readonly credentials: Credentials
  readonly token: string | undefined
  readonly idTokenFault: IdTokenFault | undefined
}

/** Gives what goes beside `ok: true`, or throws the Refusal that goes beside `ok: false`. */
export type ApiMethod = (context: Context, call: ApiCall) => Json | Promise<Json>

/** The grant of the token that came along, or the word for what is wrong with that token. */
export function authenticate(
  { tokens }: Context,
  { token }: ApiCall,
): { grant: Grant; expiresAt: number | undefined } {
  if (token === undefined) throw new Refusal('not_authed')
  const found = tokens.find(token)
  if (found.is !== 'valid') throw new Refusal(found.is)
  return found
}
