import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, SlackOAuthError } from '../../base/errors.ts'

export type CheckStatus = 'ok' | 'warn' | 'fail'

/** What one look at this machine has found. */
export interface Finding {
  readonly status: CheckStatus
  readonly message: string
  /** The next step. */
  readonly hint?: string | undefined
  /** Of a failure: what a command would end with. */
  readonly code?: ErrorCode
}

export interface Check extends Finding {
  readonly name: string
}

/** One thing to look at. It changes nothing. */
export interface Probe {
  readonly name: string
  /** A SlackOAuthError that it throws is a failure; no finding means that there was nothing to look at. */
  look(signal: AbortSignal): Promise<readonly Finding[]> | readonly Finding[]
}

export const ok = (message: string, hint?: string): Finding => ({ status: 'ok', message, hint })

export const warning = (message: string, hint?: string): Finding => ({
  status: 'warn',
  message,
  hint,
})

export const failure = (code: ErrorCode, message: string, hint?: string): Finding => ({
  status: 'fail',
  code,
  message,
  hint,
})

/** For what a command would end with. */
export function failed(error: unknown): Finding {
  if (error instanceof SlackOAuthError) return failure(error.code, error.message, error.hint)
  return failure('bug', error instanceof Error ? error.message : String(error))
}

/**
 * Looks at everything at once, and tells in the order of the probes. One that takes longer than it may
 * is a warning, and holds back no other.
 */
export async function* runProbes(
  probes: readonly Probe[],
  { signal, timeoutSeconds }: { readonly signal: AbortSignal; readonly timeoutSeconds: number },
): AsyncGenerator<Check> {
  const done = new AbortController()
  const untilLate = AbortSignal.any([signal, done.signal])
  // Its rejection says that there is nothing to wait for any more
  const late = sleep(timeoutSeconds * 1000, undefined, { signal: untilLate }).catch(() => {})
  const look = async ({ name, look }: Probe): Promise<readonly Finding[]> => {
    const overdue = late.then(() => [warning(`${name} took more than ${timeoutSeconds} seconds`)])
    try {
      return await Promise.race([overdue, look(signal)])
    } catch (error) {
      return [failed(error)]
    }
  }
  try {
    const looking = probes.map(look)
    for (const [index, { name }] of probes.entries()) {
      const findings = (await looking[index]) ?? []
      signal.throwIfAborted()
      for (const finding of findings) yield { name, ...finding }
    }
  } finally {
    done.abort()
  }
}
