import { readFileSync } from 'node:fs'
import { SlackOAuthError } from '../../errors.js'
import type { KeySetting } from './store-key.js'

/**
 * The keys that an environment names: `SLACK_OAUTH_KEY`, or the file of `SLACK_OAUTH_KEY_FILE`.
 *
 * @throws SlackOAuthError `store_key_missing` where that file cannot be read
 */
export function keyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): KeySetting | undefined {
  const { SLACK_OAUTH_KEY: text, SLACK_OAUTH_KEY_FILE: file } = env
  if (text?.trim()) return { text, from: 'SLACK_OAUTH_KEY' }
  if (!file?.trim()) return undefined
  try {
    return { text: readFileSync(file, 'utf8'), from: `SLACK_OAUTH_KEY_FILE (${file})`, file }
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new SlackOAuthError(
      'store_key_missing',
      `Cannot read the file ${file} of SLACK_OAUTH_KEY_FILE: ${why}`,
      { hint: `slack-oauth encrypt --new-key '${file}' makes a key there`, cause },
    )
  }
}
