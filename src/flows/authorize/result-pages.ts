import { type ErrorCode, exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { redact } from '../../base/redact.ts'
import type { PageContent } from '../../loopback/page.ts'

/** What went wrong and what to do, as the terminal says it too. */
export function failurePage(command: string, error: unknown): PageContent {
  const known = error instanceof SlackOAuthError
  return {
    tone: 'failure',
    title: known && error.code === 'access_denied' ? 'Cancelled' : 'That did not work',
    paragraphs: known
      ? inSentences(error)
      : ['Something unexpected happened. The terminal says what.'],
    command,
  }
}

/** The HTTP status for it: cancelling is an answer, and not every failure is Slack's. */
export function failureStatus(error: unknown): number {
  return error instanceof SlackOAuthError ? statusOf(error.code) : 500
}

/** The HTTP status of a page that tells of an error with that code. */
export function statusOf(code: ErrorCode): number {
  if (code === 'access_denied') return 200
  const exit = exitCodes[code]
  if (exit === exitCodes.slack_unavailable) return 502
  return exit === exitCodes.store_unavailable ? 500 : 400
}

/** For a request that is not the answer to ours. */
export function strayPage(command: string, reason: string): PageContent {
  return {
    tone: 'notice',
    title: 'This is not the answer we are waiting for',
    paragraphs: [`Nothing was changed: ${reason}.`],
    command,
  }
}

/** An error for a page: its message and its hint, as a paragraph each. */
export function inSentences({ message, hint }: SlackOAuthError): string[] {
  return [message, ...(hint ? [hint] : [])]
    .map(redact)
    .map((text) => (/[.!?]$/.test(text) ? text : `${text}.`))
}
