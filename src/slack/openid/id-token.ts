import { createHash, timingSafeEqual } from 'node:crypto'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { moment } from '../../base/utc-time.ts'
import { causes } from '../client/network-errors.ts'
import { unexpectedResponse } from '../client/web-api.ts'

/** One thing that was verified before a person was believed to be who the token says. */
export interface Check {
  readonly name: 'signature' | 'iss' | 'aud' | 'azp' | 'exp' | 'iat' | 'nonce' | 'at_hash' | 'sub'
  readonly result: 'ok' | 'absent'
  readonly detail: string
}

/** As much as two clocks may differ; openid-client allows the same for `exp`. */
const CLOCK_SKEW_SECONDS = 30

/** An ID token is verified right after it was made: Slack's live five minutes. */
const OLDEST_SECONDS = 600

/** OpenID Connect Core section 3.1.3.7 point 10: not from the future, and not from long ago. */
export function iatCheck(iat: unknown, now: number): Check {
  if (typeof iat !== 'number') throw invalid('iat', 'it is missing')
  if (iat > now + CLOCK_SKEW_SECONDS) throw invalid('iat', 'it lies in the future')
  if (iat < now - OLDEST_SECONDS) throw invalid('iat', 'it is too long ago')
  return { name: 'iat', result: 'ok', detail: `issued ${moment(iat)}` }
}

/**
 * OpenID Connect Core section 3.1.3.6: the left half of the access token's SHA-256. openid-client
 * leaves it out, as it is optional in the code flow; Slack sends it.
 */
export function atHashCheck(atHash: unknown, accessToken: string): Check {
  if (atHash === undefined) {
    return { name: 'at_hash', result: 'absent', detail: 'Slack sent none' }
  }
  const expected = createHash('sha256').update(accessToken).digest().subarray(0, 16)
  const actual = Buffer.from(String(atHash), 'base64url')
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw invalid('at_hash', 'the access token is not the one that came with the ID token')
  }
  return { name: 'at_hash', result: 'ok', detail: 'is that of the access token' }
}

/** OpenID Connect Core section 3.1.3.7 points 4 and 5: of several audiences, or where it is named, this app is the party. */
export function azpCheck(
  { azp, aud }: { readonly azp?: unknown; readonly aud: unknown },
  clientId: string,
): Check {
  const isOfSeveral = Array.isArray(aud) && aud.length > 1
  if (azp === undefined && !isOfSeveral) {
    return { name: 'azp', result: 'absent', detail: 'Slack sent none' }
  }
  if (azp !== clientId) throw invalid('azp', 'the token was made for another app')
  return { name: 'azp', result: 'ok', detail: 'is this app' }
}

/**
 * That a redirect is the answer of the provider that was asked, where that promises to say so (RFC 9207).
 *
 * @throws SlackOAuthError `authorization_failed`
 */
export function assertIssuer(iss: string | undefined, issuer: string): asserts iss is string {
  if (iss === issuer) return
  throw new SlackOAuthError(
    'authorization_failed',
    iss === undefined
      ? 'The redirect does not say which provider it is from ("iss")'
      : 'The redirect is from another provider than the one that was asked ("iss")',
    { hint: 'Nobody is signed in. Compare --slack-url, then run the command again' },
  )
}

type Claims = Readonly<Record<string, unknown>>

const TEAM = 'https://slack.com/team_id'
const ENTERPRISE = 'https://slack.com/enterprise_id'

/** Slack's two answers have to name one workspace: a token of one is never taken for another. */
export function assertSamePlace(claims: Claims, userInfo: Claims): void {
  for (const name of [TEAM, ENTERPRISE]) {
    const [said, also] = [claims[name], userInfo[name]]
    if (said === undefined || also === undefined || said === also) continue
    throw invalid(name.replace('https://slack.com/', ''), 'userInfo names another')
  }
}

/**
 * That the person is of the workspace and the organization that were asked for: `team` in an authorize URL only
 * chooses what Slack's page offers first.
 *
 * @throws SlackOAuthError `authorization_failed`
 */
export function assertWantedPlace(
  claims: Claims,
  wanted: { readonly team?: string; readonly enterprise?: string },
): void {
  for (const [what, name, id] of [
    ['workspace', TEAM, wanted.team],
    ['organization', ENTERPRISE, wanted.enterprise],
  ] as const) {
    if (id === undefined || claims[name] === id) continue
    const actual = claims[name]
    const own = typeof actual === 'string' ? `the ${what} ${actual.slice(0, 20)}` : `no ${what}`
    throw new SlackOAuthError(
      'authorization_failed',
      `The person who signed in is a member of ${own}, not of ${id}`,
      { hint: `Nobody is signed in. Choose ${id} on Slack's page` },
    )
  }
}

/** What openid-client has verified by the time it returns, and our own checks, in words. */
export function passedChecks(
  idToken: string,
  claims: Readonly<Record<string, unknown>>,
  own: readonly Check[],
): Check[] {
  const ok = (name: Check['name'], detail: string): Check => ({ name, result: 'ok', detail })
  return [
    ok('signature', `RS256, by key ${keyId(idToken)} of Slack's JWKS`),
    ok('iss', String(claims.iss)),
    ok('aud', 'is this app'),
    ok('exp', `valid until ${moment(Number(claims.exp))}`),
    ok('nonce', 'is the one sent'),
    ...own,
    ok('sub', 'userInfo names the same user'),
  ]
}

/** The error for what openid-client found wrong: which check failed. */
export function failedCheck(error: unknown): SlackOAuthError {
  const chain = causes(error)
  const claim = chain.map(failedClaim).find((each) => each !== undefined)
  if (claim !== undefined) return invalid(claim, 'its value is not the expected one', error)
  if (chain.some((each) => errorCode(each) === 'OAUTH_KEY_SELECTION_FAILED')) {
    return invalid('signature', "its key is not in Slack's JWKS", error)
  }
  const messages = chain.map(({ message }) => message)
  if (messages.some((message) => message.includes('signature verification failed'))) {
    return invalid('signature', "it does not fit the key of Slack's JWKS", error)
  }
  // What is missing, or not allowed to begin with, is named in the message alone
  const named = messages.map((message) => /JWT "(\w+)"|"(id_token)"/.exec(message)).find(Boolean)
  if (named) return invalid(named[1] ?? named[2] ?? '', 'it is missing or not allowed', error)
  return unexpectedResponse('openid.connect.token', `is not one of OpenID: ${messages.at(-1)}`)
}

function invalid(check: string, reason: string, cause?: unknown): SlackOAuthError {
  return new SlackOAuthError(
    'id_token_invalid',
    `The ID token fails the check "${check}": ${reason}`,
    {
      hint: 'Nobody is signed in. Check the clock and --slack-url, then run the command again',
      cause,
    },
  )
}

/** openid-client puts the claim or attribute that it compared beside its messages. */
function failedClaim(error: Error): string | undefined {
  const { cause } = error
  if (typeof cause !== 'object' || cause === null) return undefined
  if ('claim' in cause) return String(cause.claim)
  if ('attribute' in cause) return String(cause.attribute)
  // A userInfo of another subject
  if ('body' in cause && 'expected' in cause) return 'sub'
  return undefined
}

function keyId(idToken: string): string {
  const header: unknown = JSON.parse(
    Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString('utf8'),
  )
  const kid = typeof header === 'object' && header !== null && 'kid' in header ? header.kid : ''
  return typeof kid === 'string' && kid !== '' ? kid.slice(0, 12) : '(unnamed)'
}
