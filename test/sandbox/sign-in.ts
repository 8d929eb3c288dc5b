import { createPublicKey, verify } from 'node:crypto'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import {
  type Answer,
  allow,
  callAsApp,
  firstApp,
  openIdAuthorizeUrl,
  type Params,
} from './client.ts'

/** Consent and exchange of Sign in with Slack. */
export async function signIn(
  sandbox: Sandbox,
  asked: Params = {},
  exchanged: Params = {},
): Promise<Answer> {
  const code = await allow(openIdAuthorizeUrl(sandbox, asked))
  const redirectUri = firstApp(sandbox).redirectUris[0] ?? ''
  return callAsApp(sandbox, 'openid.connect.token', {
    code,
    redirect_uri: redirectUri,
    ...exchanged,
  })
}

export interface DecodedToken {
  readonly header: Answer
  readonly claims: Answer
  /** Whether the key that the JWKS has under the token's `kid` made its signature. */
  readonly isSigned: boolean
}

export async function decode(sandbox: Sandbox, idToken: string): Promise<DecodedToken> {
  const [header = '', claims = '', signature = ''] = idToken.split('.')
  const decodedHeader = parsePart(header)
  const { keys }: Answer = await (await fetch(`${sandbox.url}/openid/connect/keys`)).json()
  const jwk = keys.find(({ kid }: Answer) => kid === decodedHeader.kid)
  const isSigned =
    jwk !== undefined &&
    verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      createPublicKey({ key: jwk, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    )
  return { header: decodedHeader, claims: parsePart(claims), isSigned }
}

function parsePart(part: string): Answer {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
