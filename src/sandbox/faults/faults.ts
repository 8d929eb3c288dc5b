const idTokenFaults = [
  'wrong-nonce',
  'wrong-audience',
  'wrong-issuer',
  'wrong-key',
  'unknown-kid',
  'alg-none',
  'alg-hs256',
  'expired',
  'issued-in-future',
  'wrong-at-hash',
  'wrong-subject',
  'missing',
] as const

/** What is wrong with the next ID token; `wrong-key` keeps the `kid` of the right one. */
export type IdTokenFault = (typeof idTokenFaults)[number]

export interface FaultScope {
  /** A Web API method, `openid.discovery`, `openid.keys`, or `*` for all of these. */
  readonly method: string
  /** How many requests it spoils; without it, all of them. */
  readonly times?: number
}

/**
 * How the sandbox misbehaves. Each request meets at most one fault, the oldest that fits it and is
 * not used up, so that several with `times` are a script.
 */
export type Fault = FaultScope &
  (
    | { readonly kind: 'error'; readonly error: string }
    | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
    | { readonly kind: 'html' | 'truncate' | 'hang-up' | 'silence' }
    /** Does the work, spends the code or the refresh token, and then hangs up. */
    | { readonly kind: 'drop-answer' }
    | { readonly kind: 'delay'; readonly seconds: number }
    /** On `openid.connect.token`; `wrong-subject` also on `openid.connect.userInfo`. */
    | { readonly kind: 'id-token'; readonly fault: IdTokenFault }
    /** Laid over the top level of the JSON answer. */
    | { readonly kind: 'patch'; readonly patch: Readonly<Record<string, unknown>> }
  )

export function createFaults() {
  let queue: { fault: Fault; left: number }[] = []

  return {
    add(fault: Fault): void {
      checkFault(fault)
      queue.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    },

    clear(): void {
      queue = []
    },

    /** The fault that this request meets, counted as used. */
    take(method: string): Fault | undefined {
      const entry = queue.find(({ fault, left }) => left > 0 && fits(fault, method))
      if (entry) entry.left -= 1
      return entry?.fault
    },
  }
}

export function isIdTokenFault(text: string): text is IdTokenFault {
  return idTokenFaults.some((fault) => fault === text)
}

function fits(fault: Fault, method: string): boolean {
  if (fault.method !== '*' && fault.method !== method) return false
  return fault.kind !== 'id-token' || canSpoilIdToken(fault.fault, method)
}

function canSpoilIdToken(fault: IdTokenFault, method: string): boolean {
  if (method === 'openid.connect.userInfo') return fault === 'wrong-subject'
  return method === 'openid.connect.token'
}

/** Throws an Error of one line about a fault that could never happen. */
export function checkFault(fault: Fault): void {
  const { method, times } = fault
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
    throw new Error(`fault on ${method}: times must be a whole number above 0`)
  }
  if (fault.kind === 'status' && !(fault.status >= 200 && fault.status <= 599)) {
    throw new Error(`fault on ${method}: ${fault.status} is no HTTP status from 200 to 599`)
  }
  if (fault.kind === 'delay' && !(fault.seconds >= 0 && fault.seconds <= 86_400)) {
    throw new Error(`fault on ${method}: a delay is 0 to 86400 seconds`)
  }
  if (fault.kind === 'id-token' && method !== '*' && !canSpoilIdToken(fault.fault, method)) {
    throw new Error(`fault on ${method}: it gives no ID token to spoil with ${fault.fault}`)
  }
}
