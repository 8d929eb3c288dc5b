import { createHash, createHmac, randomBytes, sign } from 'node:crypto'
import type { Context } from '../context.ts'
import type { IdTokenFault } from '../faults/faults.ts'
import type { Json } from '../http/response.ts'
import type { Grant } from '../state/grant.ts'
import { memberClaims, WRONG_SUBJECT } from './claims.ts'
import type { SigningKey } from './keys.ts'

/** How far off the clock is in an ID token that is too old or too new. */
const WRONG_CLOCK_SECONDS = 3600

interface IdTokenFor {
  readonly grant: Grant
  readonly nonce: string
  readonly accessToken: string
  readonly fault: IdTokenFault | undefined
}

/** A signed ID token (OpenID Connect Core section 2) with the claims of Slack's example. */
export async function signIdToken(context: Context, about: IdTokenFor): Promise<string> {
  const claims = { ...idTokenClaims(context, about), ...spoiledClaims(context, about.fault) }
  const { published, foreign } = context.keys
  const { clientSecret } = about.grant.app
  switch (about.fault) {
    case 'alg-none':
      return `${signingInput({ alg: 'none', typ: 'JWT' }, claims)}.`
    case 'alg-hs256': {
      // What a client accepts that takes the algorithm from the header.
      const input = signingInput({ alg: 'HS256', typ: 'JWT' }, claims)
      const signature = createHmac('sha256', clientSecret).update(input).digest('base64url')
      return `${input}.${signature}`
    }
    case 'wrong-key':
      return signRs256(await foreign(), (await published()).kid, claims)
    case 'unknown-kid': {
      const key = await foreign()
      return signRs256(key, key.kid, claims)
    }
    default: {
      const key = await published()
      return signRs256(key, key.kid, claims)
    }
  }
}

function idTokenClaims(context: Context, { grant, nonce, accessToken }: IdTokenFor): Json {
  const now = Math.floor(context.now())
  return {
    iss: context.origin,
    aud: grant.app.clientId,
    ...times(context, now),
    // Slack sends an empty one where the authorize URL had none.
    nonce,
    at_hash: accessTokenHash(accessToken),
    ...memberClaims(grant),
  }
}

function times({ settings }: Context, issuedAt: number): Json {
  const expiresAt = issuedAt + Math.floor(settings.idTokenLifetimeSeconds)
  return { iat: issuedAt, auth_time: issuedAt, exp: expiresAt }
}

function spoiledClaims(context: Context, fault: IdTokenFault | undefined): Json {
  const now = Math.floor(context.now())
  switch (fault) {
    case 'wrong-nonce':
      return { nonce: randomBytes(16).toString('base64url') }
    case 'wrong-audience':
      return { aud: '9999999999.9999999999' }
    case 'wrong-issuer':
      return { iss: 'https://not-slack.test' }
    case 'expired':
      return times(context, now - WRONG_CLOCK_SECONDS - context.settings.idTokenLifetimeSeconds)
    case 'issued-in-future':
      return times(context, now + WRONG_CLOCK_SECONDS)
    case 'wrong-at-hash':
      return { at_hash: accessTokenHash('xoxp-sandbox-another') }
    case 'wrong-subject':
      return { sub: WRONG_SUBJECT, 'https://slack.com/user_id': WRONG_SUBJECT }
    default:
      return {}
  }
}

/** OpenID Connect Core section 3.1.3.6: the left half of the hash. */
function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}

function signRs256({ privateKey }: SigningKey, kid: string, claims: Json): string {
  const input = signingInput({ alg: 'RS256', kid, typ: 'JWT' }, claims)
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
}

function signingInput(header: Json, claims: Json): string {
  return [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}
