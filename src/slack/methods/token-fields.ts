import * as v from 'valibot'
import { splitScopes } from '../authorize/scopes.ts'
import { absent } from '../client/response-schema.ts'
import type { TokenGrant } from '../installation.ts'

/** Whatever else a token is, it goes into a header and onto a line of its own. */
export const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/))

/** The fields of a token in an answer of Slack's, all absent where none was granted. */
export const grantFields = {
  access_token: absent(token),
  scope: absent(v.string()),
  refresh_token: absent(token),
  // Up to some three hundred years; Slack's own live for twelve hours
  expires_in: absent(v.pipe(v.number(), v.finite(), v.maxValue(1e10), v.minValue(-1e10))),
}

/** A token of either kind; where it expires, counted from our own clock at receipt. */
export function tokenGrant(
  fields: v.InferOutput<v.ObjectSchema<typeof grantFields, undefined>>,
  receivedAt: number,
): TokenGrant | undefined {
  if (!fields.access_token) return undefined
  return {
    token: fields.access_token,
    ...(fields.refresh_token && { refreshToken: fields.refresh_token }),
    ...(typeof fields.expires_in === 'number' && {
      expiresAt: Math.floor(receivedAt + fields.expires_in),
    }),
    scopes: splitScopes(fields.scope),
  }
}
