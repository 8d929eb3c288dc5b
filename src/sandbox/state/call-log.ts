import type { Params } from '../http/params.ts'

/** More than any test asks for, and a bound on a sandbox that runs for weeks. */
const REMEMBERED_CALLS = 10_000

/** A request as it came, whether or not it was granted. */
export interface Call {
  /** The Web API method; `oauth.v2.authorize` and the like for the pages. */
  readonly method: string
  /** The app that the request says it is, by HTTP Basic or by `client_id`. */
  readonly clientId?: string
  readonly params: Params
  /** Names in lower case. */
  readonly headers: Params
}

export type CallLog = ReturnType<typeof createCallLog>

export function createCallLog() {
  const calls: Call[] = []
  const counts = new Map<string, number>()

  return {
    add(call: Call): void {
      calls.push(call)
      counts.set(call.method, (counts.get(call.method) ?? 0) + 1)
      if (calls.length > REMEMBERED_CALLS) calls.shift()
    },

    /** How often each method was asked, those forgotten included. */
    counts(): Record<string, number> {
      return Object.fromEntries(counts)
    },

    list(method: string | undefined): Call[] {
      return calls.filter((call) => method === undefined || call.method === method)
    },
  }
}
