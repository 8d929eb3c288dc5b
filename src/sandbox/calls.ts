import type { Params } from './request.js'

/** More than any test asks for, and a bound on a sandbox that runs for weeks. */
const REMEMBERED_CALLS = 10_000

/** A request as it came, whether or not it was granted. */
export interface Call {
  /** The Web API method; `oauth.v2.authorize` and the like for the pages. */
  readonly method: string
  readonly params: Params
  /** Names in lower case. */
  readonly headers: Params
}

export function createCallLog() {
  const calls: Call[] = []

  return {
    add(call: Call): void {
      calls.push(call)
      if (calls.length > REMEMBERED_CALLS) calls.shift()
    },

    list(method: string | undefined): Call[] {
      return calls.filter((call) => method === undefined || call.method === method)
    },
  }
}
