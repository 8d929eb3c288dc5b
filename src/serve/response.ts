import type { OutgoingHttpHeaders } from 'node:http'
import { PAGE_HEADERS, type PageContent, renderPage } from '../loopback/page.ts'

/** A whole HTTP response. */
export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: string | Buffer
}

/** What a request was, and what became of it: one line of the log. No part of it is a secret. */
export interface RequestRecord {
  readonly kind: 'install' | 'callback' | 'event' | 'command' | 'interactivity' | 'other'
  /** The type of an event or of an interactive payload, or the name of a command. */
  readonly type?: string
  readonly enterpriseId?: string
  readonly teamId?: string
  readonly userId?: string
  readonly outcome: Outcome
  /** Why, in words, where the outcome alone does not tell. */
  readonly detail?: string
}

/** API: programs read them out of `serve --json`. */
export type Outcome =
  // Done
  | 'ok'
  | 'forwarded'
  | 'forgotten'
  | 'challenge'
  | 'ssl_check'
  | 'page'
  | 'installed'
  // Nothing done, and rightly so
  | 'nothing_matched'
  | 'duplicate'
  | 'not_installed'
  | 'cancelled'
  // Not Slack's, or not what Slack sends
  | 'unsigned'
  | 'stale'
  | 'forged'
  | 'replayed'
  | 'too_large'
  | 'bad_request'
  | 'wrong_host'
  | 'not_found'
  | 'wrong_state'
  // It should have worked
  | 'late'
  | 'forward_failed'
  | 'token_failed'
  | 'store_failed'
  | 'install_failed'
  | 'stopping'
  | 'gone'
  | 'bug'

export interface Handled {
  readonly answer: Answer
  readonly record: RequestRecord
  /**
   * What came of it in the end, where the answer could not wait for that; undefined where there is no
   * more to say. Never rejects.
   */
  readonly later?: Promise<RequestRecord | undefined>
}

/** No more than an acknowledgement. */
export const ACKNOWLEDGED: Answer = { status: 200, headers: { 'content-length': 0 }, body: '' }

export function plain(status: number, body: string, headers: OutgoingHttpHeaders = {}): Answer {
  const text = 'text/plain; charset=utf-8'
  return { status, headers: { 'content-type': text, ...headers }, body }
}

export function json(value: unknown): Answer {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { status: 200, headers, body: JSON.stringify(value) }
}

export function page(
  status: number,
  content: PageContent,
  headers: OutgoingHttpHeaders = {},
): Answer {
  return { status, headers: { ...PAGE_HEADERS, ...headers }, body: renderPage(content) }
}

export function redirect(location: string, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status: 303,
    headers: {
      Location: location,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      ...headers,
    },
    body: '',
  }
}
