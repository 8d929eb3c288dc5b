import * as v from 'valibot'
import { isClientId, isEnterpriseId, isMemberId, isTeamId } from './ids.js'

/** Of the year 9999: what a store can keep. */
const LAST_SECOND = 253_402_300_799

const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema))
const id = (is: (text: string) => boolean) => v.pipe(v.string(), v.check(is))
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(LAST_SECOND))
/** As it goes into a header and onto a line of its own. */
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/))
const scopes = v.array(v.pipe(v.string(), v.regex(/^[^\s,]+$/)))
const text = v.string()

/**
 * An installation as one flat object, its fields named as in Slack's Python SDK
 * (`Installation.to_dict`), and after them what that SDK has no name for.
 */
export const flatSchema = v.strictObject({
  client_id: id(isClientId),
  app_id: optional(text),
  enterprise_id: optional(id(isEnterpriseId)),
  enterprise_name: optional(text),
  enterprise_url: optional(text),
  team_id: optional(id(isTeamId)),
  team_name: optional(text),
  bot_token: optional(token),
  bot_scopes: optional(scopes),
  bot_refresh_token: optional(token),
  bot_token_expires_at: optional(time),
  bot_id: optional(text),
  bot_user_id: optional(text),
  user_id: id(isMemberId),
  user_token: optional(token),
  user_scopes: optional(scopes),
  user_refresh_token: optional(token),
  user_token_expires_at: optional(time),
  incoming_webhook_url: optional(text),
  incoming_webhook_channel: optional(text),
  incoming_webhook_channel_id: optional(text),
  incoming_webhook_configuration_url: optional(text),
  is_enterprise_install: optional(v.boolean()),
  token_type: optional(text),
  installed_at: time,
  metadata: optional(text),
  bot_is_public_client: optional(v.boolean()),
  bot_refresh_token_expires_at: optional(time),
  user_is_public_client: optional(v.boolean()),
  user_refresh_token_expires_at: optional(time),
})

export type Flat = v.InferOutput<typeof flatSchema>
