import { SlackOAuthError } from '../../base/errors.ts'

/** Calls that go together share one: the pause that Slack asks of one of them, all keep. */
export interface Pace {
  pauseFor(seconds: number): void
  /** How much of the pause is left; 0 when one may go on. */
  pauseSeconds(): number
}

export function createPace(): Pace {
  let until = 0
  return {
    pauseFor(seconds) {
      until = Math.max(until, performance.now() + seconds * 1000)
    },
    pauseSeconds: () => Math.max(0, until - performance.now()) / 1000,
  }
}

/** A 429 with the pause that Slack asks for. */
export class RateLimit extends SlackOAuthError {
  readonly retryAfterSeconds: number

  constructor(method: string, retryAfter: string | null) {
    const seconds = Number.parseInt(retryAfter ?? '', 10)
    const retryAfterSeconds = seconds >= 0 ? seconds : 30 // as Slack's own example says
    super('rate_limited', `Slack limits how often ${method} may be called`, {
      hint: `Try again in ${retryAfterSeconds} seconds`,
    })
    this.retryAfterSeconds = retryAfterSeconds
  }
}
