import { exitCodes, SlackOAuthError } from '../base/errors.ts'
import type { SelectedGrant } from '../flows/lookup/find-token.ts'
import { forgetRevoked } from '../flows/tokens/forget-revoked.ts'
import { createForwarder, type VerifiedRequest } from './forward.ts'
import type { SlackRequest } from './payloads/slack-request.ts'
import { createRecent } from './recent-keys.ts'
import { notInstalled, told } from './replies.ts'
import { ACKNOWLEDGED, type Answer, type Handled, plain, type RequestRecord } from './response.ts'
import type { ServeNeeds, ServeSettings } from './settings.ts'
import { createTokens } from './tokens.ts'

/** Slack waits for three seconds, the way there and back included. */
const BUDGET_MILLISECONDS = 2_500

/** Slack delivers an event again for up to six minutes; an hour brings at most 30,000 of a workspace. */
const REMEMBERED = 50_000

export interface VerifiedHandler {
  /** Answers in time whatever happens. */
  handle(request: SlackRequest, raw: VerifiedRequest): Promise<Handled>
  close(): void
}

/** What is done for a request that is known to be Slack's. */
export function createVerifiedHandler(needs: ServeNeeds, settings: ServeSettings): VerifiedHandler {
  const { clientId } = settings.credentials
  const { forward: target } = settings
  const forwarder = target && createForwarder(target)
  const tokenOf = createTokens(needs, clientId)
  const recent = createRecent(REMEMBERED)

  async function work(request: SlackRequest, raw: VerifiedRequest): Promise<Handled> {
    const record = recordOf(request)
    if (request.ending) {
      const done = await forgetRevoked(needs, clientId, request.ending).catch(tokenProblem)
      if (typeof done !== 'number') return unavailable(request, done)
      const forgotten =
        done === 0
          ? ({ ...record, outcome: 'nothing_matched', detail: 'nothing stored has ended' } as const)
          : ({ ...record, outcome: 'forgotten', detail: `${done} forgotten` } as const)
      if (!forwarder) return { answer: ACKNOWLEDGED, record: forgotten }
      const { answer, record: forwarded } = await onward(request, raw, undefined)
      return { answer, record: answer.status < 500 ? forgotten : forwarded }
    }
    let found: SelectedGrant | undefined
    try {
      found = await tokenOf(request.source)
    } catch (error) {
      const problem = tokenProblem(error)
      if (problem.outcome === 'store_failed') return unavailable(request, problem)
      // The app finds its token itself, or there is nobody else to ask for one
      if (forwarder && !target?.tokenHeader) return onward(request, raw, undefined)
      if (forwarder) return unavailable(request, problem)
      return { answer: ACKNOWLEDGED, record: { ...record, ...problem } }
    }
    if (found === undefined) return notInstalled(request, record, needs, settings)
    if (!forwarder) return { answer: ACKNOWLEDGED, record: { ...record, outcome: 'ok' } }
    return onward(request, raw, found.grant.token)
  }

  async function onward(
    request: SlackRequest,
    raw: VerifiedRequest,
    token: string | undefined,
  ): Promise<Handled> {
    const record = recordOf(request)
    try {
      const answer = await forwarder?.forward(raw, token)
      return { answer: answer ?? ACKNOWLEDGED, record: { ...record, outcome: 'forwarded' } }
    } catch (error) {
      const detail = `${target?.url.origin}: ${error instanceof Error ? error.message : error}`
      const answer = plain(502, 'The app behind this server gave no answer\n')
      return { answer, record: { ...record, outcome: 'forward_failed', detail } }
    }
  }

  return {
    async handle(request, raw) {
      const record = recordOf(request)
      if (request.challenge !== undefined) {
        const answer = plain(200, request.challenge, { 'x-content-type-options': 'nosniff' })
        return { answer, record: { ...record, outcome: 'challenge' } }
      }
      if (request.type === 'ssl_check') {
        return { answer: ACKNOWLEDGED, record: { ...record, outcome: 'ssl_check' } }
      }
      const key = request.eventId ?? String(raw.headers['x-slack-signature'])
      if (!recent.add(key)) return again(request, raw)
      const working = work(request, raw).then(
        (handled) => {
          // Slack delivers an event again that it got no good answer to
          if (handled.answer.status >= 500) recent.delete(key)
          return handled
        },
        (error: unknown) => {
          recent.delete(key)
          throw error
        },
      )
      return inTime(request, working)
    },
    close: () => forwarder?.close(),
  }
}

/** The answer, or at the end of Slack's patience one that says no more than that it is under way. */
function inTime(request: SlackRequest, working: Promise<Handled>): Promise<Handled> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const record = recordOf(request)
      const answer = told(request, 'This takes longer than Slack waits. It may still be done.')
      const later = working.then(
        async (handled) => (await handled.later) ?? handled.record,
        (error: unknown) => ({ ...record, outcome: 'bug', detail: String(error) }) as const,
      )
      resolve({ answer, record: { ...record, outcome: 'late' }, later })
    }, BUDGET_MILLISECONDS)
    working.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** An event that was delivered twice is done; anything else that comes twice, Slack did not send. */
function again(request: SlackRequest, { headers }: VerifiedRequest): Handled {
  const record = recordOf(request)
  if (request.kind !== 'event') {
    return { answer: plain(401, 'Seen before\n'), record: { ...record, outcome: 'replayed' } }
  }
  const retry = String(headers['x-slack-retry-num'] ?? '')
  const detail = /^\d$/.test(retry) ? { detail: `retry ${retry}` } : {}
  return { answer: ACKNOWLEDGED, record: { ...record, outcome: 'duplicate', ...detail } }
}

/** Slack tries an event again; whoever gave a command is told to. */
function unavailable(
  request: SlackRequest,
  problem: Pick<RequestRecord, 'outcome' | 'detail'>,
): Handled {
  const answer: Answer =
    request.kind === 'event'
      ? plain(503, 'Try again later\n')
      : told(request, 'That did not work just now. Please try again in a minute.')
  return { answer, record: { ...recordOf(request), ...problem } }
}

/** @throws the error, where it is a bug */
function tokenProblem(error: unknown): Pick<RequestRecord, 'outcome' | 'detail'> {
  if (!(error instanceof SlackOAuthError)) throw error
  const isStore = error.exitCode === exitCodes.store_unavailable
  return { outcome: isStore ? 'store_failed' : 'token_failed', detail: error.message }
}

function recordOf({ kind, type, source, userId }: SlackRequest): RequestRecord {
  const { enterpriseId, teamId } = source
  return {
    kind,
    type,
    ...(enterpriseId && { enterpriseId }),
    ...(teamId && { teamId }),
    ...(userId && { userId }),
    outcome: 'ok',
  }
}
