import { SlackOAuthError } from '../errors.js'
import { redact } from '../redact.js'
import { errorTable, errorTableOf } from './error-table.js'

/**
 * The error for an `ok: false` of Slack, or for an `error` in its redirect. Slack's word stays
 * verbatim in the message, also one that nobody knows.
 *
 * @param where the method, or `redirect`
 */
export function slackError(where: string, word: string): SlackOAuthError {
  if (word === 'access_denied' && where === 'redirect') {
    return new SlackOAuthError('access_denied', 'Cancelled on Slack\'s page ("access_denied")', {
      hint: 'Run the command again and press Allow',
    })
  }
  const message = `Slack answered "${shortened(word)}" (${where})`
  const [code, hint] = advice(where, word) ?? ['authorization_failed', undefined]
  return new SlackOAuthError(code, message, hint === undefined ? {} : { hint })
}

function advice(where: string, word: string) {
  const family = where.slice(0, Math.max(where.lastIndexOf('.'), 0))
  const own = Object.hasOwn(errorTableOf, family) ? errorTableOf[family] : undefined
  if (own && Object.hasOwn(own, word)) return own[word]
  return Object.hasOwn(errorTable, word) ? errorTable[word] : undefined
}

/** A redirect may say anything as its error: one line of it is enough, and no secret. */
function shortened(word: string): string {
  return redact(word.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"]/gu, ' ')).slice(0, 100)
}
