import type { OpenStoreOptions } from '../store.js'
import { keyFromEnvironment } from './key-setting.js'
import type { KeySource } from './keys.js'

/** Where the keys of a store come from, as its options say. */
export function keySource({ key }: Pick<OpenStoreOptions, 'key'>): KeySource {
  if (key === undefined) return () => keyFromEnvironment(process.env)
  return typeof key === 'function' ? key : () => ({ text: key, from: 'The option key' })
}
