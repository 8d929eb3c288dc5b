/**
 * For Bolt for JavaScript and `@slack/oauth`.
 *
 * @module slack-oauth/bolt
 */
export { type BoltStoreOptions, installationStore } from './library/bolt-store.ts'
