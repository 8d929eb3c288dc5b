import { SlackOAuthError } from '../../base/errors.ts'
import { redact } from '../../base/redact.ts'
import { appsUrl, DEFAULT_SLACK_URL } from '../slack-url.ts'
import { errorTable, errorTableOf, type Table } from './error-table.ts'

/**
 * The error for an `ok: false` of Slack, or for an `error` in its redirect. Slack's word stays
 * verbatim in the message, also one that nobody knows.
 *
 * @param where the method, or `redirect`
 * @param slackUrl whose pages the hint leads to
 * @param ownTable what words mean to this request, where that is not what they mean to the method
 */
export function slackError(
  where: string,
  word: string,
  slackUrl: string = DEFAULT_SLACK_URL,
  ownTable: Table = {},
): SlackOAuthError {
  const message = `Slack answered "${shortened(word)}" (${where})`
  const [code, hint] = advice(where, word, ownTable) ?? ['authorization_failed', undefined]
  if (hint === undefined) return new SlackOAuthError(code, message)
  const pages = [appsUrl(DEFAULT_SLACK_URL), appsUrl(slackUrl)] as const
  return new SlackOAuthError(code, message, { hint: hint.replaceAll(...pages) })
}

/**
 * The error for an `error` in a redirect of Slack's. A person who cancels is described by Slack; a bare
 * `access_denied` has been seen where an administrator has to approve the app first
 * (slackapi/bolt-python#1454).
 */
export function redirectError(word: string, description?: string): SlackOAuthError {
  const said = description ? `: ${shortened(description)}` : ''
  if (word === 'access_denied') {
    const message = description
      ? `Cancelled on Slack's page ("access_denied")${said}`
      : 'Slack answered "access_denied" (redirect): cancelled, or an administrator has to approve the app first'
    return new SlackOAuthError('access_denied', message, {
      hint: 'Run the command again and press Allow; or ask an administrator of the workspace to approve the app',
    })
  }
  const error = slackError('redirect', word)
  return new SlackOAuthError(error.code, error.message + said, {
    ...(error.hint && { hint: error.hint }),
  })
}

function advice(where: string, word: string, ownTable: Table) {
  if (Object.hasOwn(ownTable, word)) return ownTable[word]
  const family = where.slice(0, Math.max(where.lastIndexOf('.'), 0))
  const own = Object.hasOwn(errorTableOf, family) ? errorTableOf[family] : undefined
  if (own && Object.hasOwn(own, word)) return own[word]
  return Object.hasOwn(errorTable, word) ? errorTable[word] : undefined
}

/** A redirect may say anything as its error: one line of it is enough, and no secret. */
function shortened(word: string): string {
  return redact(word.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"]/gu, ' ')).slice(0, 100)
}
