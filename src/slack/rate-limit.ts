import { SlackOAuthError } from '../errors.js'

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
