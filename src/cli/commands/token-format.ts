import { SlackOAuthError } from '../../base/errors.ts'
import type { SelectedGrant } from '../../flows/lookup/find-token.ts'
import { grantKeyJson } from '../json-output.ts'
import { jsonText } from '../terminal/output.ts'

export const tokenFormats = ['raw', 'env', 'dotenv', 'json', 'header', 'github'] as const

export type TokenFormat = (typeof tokenFormats)[number]

/** The variable that a token of this key goes by, as in Slack's own examples. */
export function variableOf({ userId }: SelectedGrant['key']): string {
  return userId === undefined ? 'SLACK_BOT_TOKEN' : 'SLACK_USER_TOKEN'
}

/** The token in a form that the next program takes, with its newline; `github` is what the log may see. */
export function formatToken(format: TokenFormat, { key, grant }: SelectedGrant): string {
  switch (format) {
    case 'raw':
      return `${grant.token}\n`
    case 'env':
      return `export ${variableOf(key)}=${quoted(grant.token)}\n`
    case 'dotenv':
      return assignment(variableOf(key), grant.token)
    case 'header':
      return `Authorization: Bearer ${grant.token}\n`
    case 'github':
      return `::add-mask::${escaped(grant.token)}\n`
    case 'json':
      return `${jsonText({
        token: grant.token,
        ...grantKeyJson(key),
        scopes: grant.scopes,
        expires_at: grant.expiresAt ?? null,
      })}\n`
  }
}

/**
 * A line of a dotenv file. Its readers disagree about quotes, so there are none: Slack's tokens need
 * none, and what is not like one may not become something else, or two lines, in there.
 *
 * @throws SlackOAuthError `store_corrupt`
 */
export function assignment(name: string, token: string): string {
  if (/^[\w.%+/=-]+$/.test(token)) return `${name}=${token}\n`
  throw new SlackOAuthError('store_corrupt', 'The stored token has characters that no token has', {
    hint: 'slack-oauth install',
  })
}

/** For any shell, whatever is in it: nothing is special between single quotes but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** As the runner reads the value of a workflow command. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25')
}
