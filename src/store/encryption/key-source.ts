import { namedFile } from '../../base/setting-file.ts'
import type { OpenStoreOptions } from '../store.ts'
import type { KeySource } from './key-ring.ts'
import type { KeySetting } from './store-key.ts'

/**
 * The keys that an environment names: `SLACK_OAUTH_KEY`, or the file of `SLACK_OAUTH_KEY_FILE`.
 *
 * @throws SlackOAuthError `store_key_missing` where that file cannot be read
 */
export function keyFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): KeySetting | undefined {
  const { SLACK_OAUTH_KEY: key, SLACK_OAUTH_KEY_FILE: file } = env
  if (key?.trim()) return { text: key, from: 'SLACK_OAUTH_KEY' }
  if (!file?.trim()) return undefined
  const text = namedFile(file, 'SLACK_OAUTH_KEY_FILE', {
    code: 'store_key_missing',
    hint: `slack-oauth encrypt --new-key '${file}' makes a key there`,
  })
  return { text, from: `SLACK_OAUTH_KEY_FILE (${file})`, file }
}

/** Where the keys of a store come from, as its options say. */
export function keySource({ key }: Pick<OpenStoreOptions, 'key'>): KeySource {
  if (key === undefined) return () => keyFromEnvironment(process.env)
  return typeof key === 'function' ? key : () => ({ text: key, from: 'The option key' })
}
