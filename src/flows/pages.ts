import { SlackOAuthError } from '../errors.js'
import type { PageContent } from '../loopback/page.js'
import { redact } from '../redact.js'

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

/** For a request that is not the answer to ours. */
export function strayPage(command: string, reason: string): PageContent {
  return {
    tone: 'notice',
    title: 'This is not the answer we wait for',
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
