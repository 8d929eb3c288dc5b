import { readFileSync } from 'node:fs'
import { type ErrorCode, errorCode, SlackOAuthError } from './errors.ts'

/**
 * The text of a file that a setting names.
 *
 * @param setting by the name that the person gave it: `--cert`, `SLACK_CLIENT_SECRET_FILE`
 * @throws SlackOAuthError `usage`, or the code given
 */
export function namedFile(
  path: string,
  setting: string,
  { code = 'usage', hint }: { readonly code?: ErrorCode; readonly hint?: string } = {},
): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = errorCode(cause) ?? String(cause)
    throw new SlackOAuthError(code, `Cannot read the file ${path} of ${setting}: ${why}`, {
      ...(hint !== undefined && { hint }),
      cause,
    })
  }
  if (text.includes('\0')) {
    throw new SlackOAuthError(code, `The file ${path} of ${setting} is not text in UTF-8`, {
      hint: 'Write it as UTF-8; a key or a certificate as PEM',
    })
  }
  // PowerShell writes a mark at the beginning, which would hide the first setting
  return text.replace(/^\ufeff/, '')
}
