import { createHash } from 'node:crypto'
import { css } from '../pages/layout.ts'

/** A whole HTTP response, before any fault has its way with it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Json = Readonly<Record<string, unknown>>

export function json(value: Json, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-cache, no-store, must-revalidate',
      ...headers,
    },
    body: JSON.stringify(value),
  }
}

export function plainText(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

const styleHash = createHash('sha256').update(css).digest('base64')

/** A page without script. `formAction` lists where its form may lead, redirects included. */
export function page(status: number, html: string, formAction = "'none'"): Answer {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: html,
  }
}

/** 303, so that the browser fetches the target by GET also after a form. */
export function redirect(url: URL): Answer {
  const headers = {
    location: url.href,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }
  return { status: 303, headers, body: '' }
}
