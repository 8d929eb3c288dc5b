import { createHash, randomBytes } from 'node:crypto'
import { SlackOAuthError } from '../../base/errors.ts'
import type { TokenGrant } from '../installation.ts'

/** Slack: "if PKCE is enabled, all refresh tokens … will expire in 30 days". */
const PUBLIC_CLIENT_REFRESH_SECONDS = 30 * 24 * 3600

/** What ties a code to the process that asked for it. The verifier is a secret, kept in memory alone. */
export interface CodeChallenge {
  readonly verifier: string
  readonly challenge: string
}

/** A new verifier of 32 random bytes, and its S256 challenge (RFC 7636 sections 4.1 and 4.2). */
export function createCodeChallenge(): CodeChallenge {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: challengeOf(verifier) }
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** A grant of a public client: it is renewed without a secret, and its refresh token ends some day. */
export function publicClientGrant(grant: TokenGrant, now: number): TokenGrant {
  return {
    ...grant,
    isPublicClient: true,
    ...(grant.refreshToken !== undefined && {
      refreshTokenExpiresAt: Math.floor(now + PUBLIC_CLIENT_REFRESH_SECONDS),
    }),
  }
}

/**
 * Refuses what Slack would refuse on its own page: "Desktop redirects are not allowed to request bot
 * scopes", and once an app has turned PKCE on, localhost is one.
 *
 * @throws SlackOAuthError `invalid_scope` with the two ways out
 * @see https://docs.slack.dev/authentication/using-pkce
 */
export function assertNoBotOnDesktop(
  scopes: readonly string[],
  redirectUris: readonly URL[],
): void {
  const desktop = redirectUris.find(isDesktopRedirect)
  if (scopes.length === 0 || desktop === undefined) return
  throw new SlackOAuthError(
    'invalid_scope',
    `With PKCE, Slack gives no bot scopes (${scopes.join(',')}) over ${desktop.href}`,
    {
      hint: 'Ask for --user-scopes alone; or for bot scopes over an https redirect URI, with the client secret and without --pkce',
    },
  )
}

/** On an app with PKCE: its own scheme, and http, which Slack takes on localhost alone. */
export function isDesktopRedirect({ protocol }: URL): boolean {
  return protocol !== 'https:'
}
