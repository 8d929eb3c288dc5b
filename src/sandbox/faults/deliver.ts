import { STATUS_CODES } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseJsonObject } from '../http/json-object.ts'
import { type Answer, json, page, plainText } from '../http/response.ts'
import { layout } from '../pages/layout.ts'
import type { Fault } from './faults.ts'

/** What becomes of a request once its fault is known. */
export type Delivery =
  | { readonly as: 'answer' | 'truncated'; readonly answer: Answer }
  | { readonly as: 'hang-up' | 'silence' }

/** Runs `work`, or does not, as the fault has it. `closing` ends a delay early. */
export async function deliver(
  fault: Fault | undefined,
  work: () => Promise<Answer>,
  closing: AbortSignal,
): Promise<Delivery> {
  switch (fault?.kind) {
    case 'hang-up':
    case 'silence':
      return { as: fault.kind }
    case 'error':
      return { as: 'answer', answer: json({ ok: false, error: fault.error }) }
    case 'status':
      return { as: 'answer', answer: statusAnswer(fault.status, fault.retryAfter) }
    case 'html':
      return { as: 'answer', answer: page(200, layout('Hello', '<h1>This is no JSON</h1>')) }
    case 'truncate':
      return { as: 'truncated', answer: await work() }
    case 'drop-answer':
      await work()
      return { as: 'hang-up' }
    case 'delay':
      await sleep(fault.seconds * 1000, undefined, { signal: closing })
      return { as: 'answer', answer: await work() }
    case 'patch':
      return { as: 'answer', answer: patched(await work(), fault.patch) }
    default:
      return { as: 'answer', answer: await work() }
  }
}

/** Slack sends Retry-After, in seconds, with every 429 (Slack, "Rate limits"). */
function statusAnswer(status: number, retryAfter = status === 429 ? 1 : undefined): Answer {
  const answer =
    status === 429
      ? { ...json({ ok: false, error: 'ratelimited' }), status }
      : plainText(status, STATUS_CODES[status] ?? 'Unknown status')
  if (retryAfter === undefined) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } }
}

function patched(answer: Answer, patch: Readonly<Record<string, unknown>>): Answer {
  const body = JSON.stringify({ ...parseJsonObject(answer.body), ...patch })
  return { ...answer, body }
}
