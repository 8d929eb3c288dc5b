import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Installation, TokenGrant } from '../slack/installation.ts'
import { toFlat } from './to-flat.ts'

// What an SDK's own files have no field for goes into one of ours beside the rest, which the SDKs carry
// along. It says of which token it speaks: an app that renews the token does not know of it.

const grantSchema = v.object({
  token_digest: v.string(),
  is_public_client: v.optional(v.boolean()),
  refresh_token_expires_at: v.optional(v.number()),
})

const extrasSchema = v.object({
  bot: v.optional(grantSchema),
  user: v.optional(grantSchema),
  metadata: v.optional(v.string()),
  token_type: v.optional(v.string()),
  installed_at: v.optional(v.number()),
  // As fromFlat judges them
  other_incoming_webhooks: v.optional(v.unknown()),
})

export type Extras = v.InferOutput<typeof extrasSchema>

export function grantExtras(installation: Installation): Extras {
  const { bot, user } = installation
  const [ofBot, ofUser] = [extrasOf(bot), extrasOf(user.grant)]
  const { other_incoming_webhooks: others } = toFlat(installation)
  return {
    ...(ofBot && { bot: ofBot }),
    ...(ofUser && { user: ofUser }),
    ...(others && { other_incoming_webhooks: others }),
  }
}

function extrasOf(grant: TokenGrant | undefined): Extras['bot'] {
  if (grant === undefined) return undefined
  const { isPublicClient, refreshTokenExpiresAt } = grant
  if (!isPublicClient && refreshTokenExpiresAt === undefined) return undefined
  return {
    token_digest: digest(grant.token),
    ...(isPublicClient && { is_public_client: true }),
    ...(refreshTokenExpiresAt !== undefined && { refresh_token_expires_at: refreshTokenExpiresAt }),
  }
}

/** Nothing where the field is not as we write it. */
export function readExtras(value: unknown): Extras {
  const parsed = v.safeParse(extrasSchema, value)
  return parsed.success ? parsed.output : {}
}

/** The fields of a flat installation that the extras hold. */
export function flatExtras(
  extras: Extras,
  tokens: { readonly bot: unknown; readonly user: unknown },
): Record<string, unknown> {
  return {
    ...flatGrant('bot', extras.bot, tokens.bot),
    ...flatGrant('user', extras.user, tokens.user),
    other_incoming_webhooks: extras.other_incoming_webhooks,
  }
}

function flatGrant(kind: 'bot' | 'user', extras: Extras['bot'], token: unknown) {
  if (extras === undefined || typeof token !== 'string') return {}
  if (extras.token_digest !== digest(token)) return {}
  return {
    [`${kind}_is_public_client`]: extras.is_public_client,
    [`${kind}_refresh_token_expires_at`]: extras.refresh_token_expires_at,
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
