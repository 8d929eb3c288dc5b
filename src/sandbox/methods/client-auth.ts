import { createHash, timingSafeEqual } from 'node:crypto'
import type { Credentials } from '../http/params.ts'
import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import type { Apps } from '../state/apps.ts'

/**
 * The app that calls. `hasSecret` tells whether it proved to be: a wrong secret is refused here, a
 * missing one is left to the caller, as public clients have none.
 */
export function identifyClient(
  { clientId, clientSecret }: Credentials,
  apps: Apps,
): { app: App; hasSecret: boolean } {
  const app = apps.find(clientId)
  if (!app) throw new Refusal('invalid_client_id')
  if (clientSecret === undefined) return { app, hasSecret: false }
  if (!matchesSecret(clientSecret, app.clientSecret)) throw new Refusal('bad_client_secret')
  return { app, hasSecret: true }
}

/** In constant time. */
export function matchesSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** RFC 7636 section 4.6, for S256, the only method that Slack takes. */
export function matchesChallenge(verifier: string, challenge: string): boolean {
  return sha256(verifier).toString('base64url') === challenge
}
