import { timingSafeEqual } from 'node:crypto'
import { SlackOAuthError } from '../../base/errors.ts'
import { redirectError } from '../client/slack-error.ts'

/**
 * What a redirect from Slack says, once it is known to be the answer to our request.
 * `stray` is anything else: it must change nothing.
 */
export type Callback =
  | ({ readonly kind: 'code' } & AuthorizationCode)
  | { readonly kind: 'error'; readonly error: string; readonly description?: string }
  | { readonly kind: 'no-code' }
  | { readonly kind: 'stray'; readonly reason: string }

/** One that is the answer to our request. */
export type OwnCallback = Exclude<Callback, { readonly kind: 'stray' }>

/** What a redirect brings. */
export interface AuthorizationCode {
  /** Good once, for ten minutes. */
  readonly code: string
  /** Whose answer it is, where the provider says so (RFC 9207). */
  readonly iss?: string
}

/**
 * Reads the parameters of a redirect in the order that keeps an attacker out: repeats, then the
 * state, and only then what it says. Anyone can send a browser to `?error=…`, so an error counts no
 * sooner than the state it came with (CVE-2026-42073; RFC 6749 section 4.1.2.1 has it repeated there).
 */
export function readCallback(parameters: URLSearchParams, expectedState: string): Callback {
  for (const name of new Set(parameters.keys())) {
    // RFC 6749 section 3.1: parameters must not be included more than once
    if (parameters.getAll(name).length > 1) return stray('it repeats a parameter')
  }
  const state = parameters.get('state')
  if (!state) return stray('it carries no state')
  if (!equal(state, expectedState)) return stray('its state is not the one of this request')

  const error = parameters.get('error')
  if (error) {
    const description = parameters.get('error_description')
    return { kind: 'error', error, ...(description && { description }) }
  }
  const [code, iss] = [parameters.get('code'), parameters.get('iss')]
  return code ? { kind: 'code', code, ...(iss && { iss }) } : { kind: 'no-code' }
}

/**
 * The code of a callback that is ours.
 *
 * @throws SlackOAuthError `access_denied` and others by Slack's word, where it says no
 */
export function authorizationCodeOf(callback: OwnCallback): AuthorizationCode {
  if (callback.kind === 'error') throw redirectError(callback.error, callback.description)
  if (callback.kind === 'code') {
    const { code, iss } = callback
    return { code, ...(iss !== undefined && { iss }) }
  }
  throw new SlackOAuthError('authorization_failed', 'Slack sent the browser back without a code')
}

function stray(reason: string): Callback {
  return { kind: 'stray', reason }
}

/** In constant time for values of one length; our states all have the same. */
function equal(actual: string, expected: string): boolean {
  const [left, right] = [Buffer.from(actual), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}
