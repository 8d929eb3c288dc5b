import { parsedJson } from '../../base/json.ts'
import type { Bot, IncomingWebhook, Installation, TokenGrant } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import type { PlaceColumns } from './place.ts'
import { secretName } from './secret-columns.ts'
import { type Row, rows, type Steps } from './steps.ts'
import { time } from './time.ts'
import { ownerOf } from './to-row.ts'

// What has no column in the tables of the Python SDK is in slack_oauth_details: a row for each member
// of a place, and one with no user_id for its bot. It says of which token it speaks, since a Python
// app that replaces the token knows nothing of it.

/** The `user_id` of the row that speaks of a place's bot. */
const BOT = ''
const AT_PLACE = 'client_id = @clientId and enterprise_id = @enterpriseId and team_id = @teamId'

/** The rows of a place's bot and of one member, by `user_id`. */
export function* detailsOf(
  { hasOwnTables }: Dialect,
  place: PlaceColumns,
  userId = BOT,
): Steps<ReadonlyMap<string, Row>> {
  if (!hasOwnTables) return new Map()
  const found = yield* rows(
    `select * from slack_oauth_details where ${AT_PLACE} and user_id in ('${BOT}', @userId)`,
    { ...place, userId },
  )
  return new Map(found.map((row) => [String(row.user_id), row]))
}

/** A bot with what the row of no member says of its token. */
export function detailedBot(
  bot: Bot | undefined,
  details: ReadonlyMap<string, Row>,
): Bot | undefined {
  return bot && { ...bot, ...grantDetails(bot, details.get(BOT)) }
}

/** An installation, its bot left alone, with what its member's row says. */
export function detailed(
  dialect: Dialect,
  installation: Installation,
  details: ReadonlyMap<string, Row>,
): Installation {
  const row = details.get(installation.user.id)
  if (row === undefined) return installation
  const { id, grant } = installation.user
  return {
    ...installation,
    user: { id, ...(grant && { grant: { ...grant, ...grantDetails(grant, row) } }) },
    ...(typeof row.metadata === 'string' && { metadata: row.metadata }),
    ...otherWebhooks(dialect, installation, row),
  }
}

/** Their URLs are secrets, and so are all of them together. */
function otherWebhooks(
  { secrets }: Dialect,
  installation: Installation,
  { webhooks: value }: Row,
): Pick<Installation, 'otherWebhooks'> {
  if (typeof value !== 'string') return {}
  const text = secrets.open(value, () => secretName(ownerOf(installation), 'webhooks'))
  const webhooks = webhooksIn(text)
  return webhooks.length > 0 ? { otherWebhooks: webhooks } : {}
}

/** By hand, since `token` loads this file, and a schema takes longer to load than the rest of it. */
function webhooksIn(text: string): IncomingWebhook[] {
  const parsed = parsedJson(text)
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return []
    const fields = new Map<string, unknown>(Object.entries(each))
    const url = fields.get('url')
    if (typeof url !== 'string') return []
    const known: { -readonly [K in keyof IncomingWebhook]: IncomingWebhook[K] } = { url }
    for (const name of ['channel', 'channelId', 'configurationUrl'] as const) {
      const value = fields.get(name)
      if (typeof value === 'string') known[name] = value
    }
    return [known]
  })
}

type GrantDetails = Pick<TokenGrant, 'isPublicClient' | 'refreshTokenExpiresAt' | 'failure'>

function grantDetails(grant: TokenGrant, row: Row | undefined): GrantDetails {
  if (row === undefined || row.token_digest !== digest(grant)) return {}
  const refreshTokenExpiresAt = time(row.refresh_token_expires_at)
  return {
    ...(Number(row.is_public_client) === 1 && { isPublicClient: true }),
    ...(refreshTokenExpiresAt !== undefined && { refreshTokenExpiresAt }),
    ...(typeof row.failure === 'string' && {
      failure: { code: row.failure, at: time(row.failed_at) ?? 0 },
    }),
  }
}

/** Stores what there is to say of a bot's token, or of a member's; a row without a say is left out. */
export function* saveGrantDetails(
  place: PlaceColumns,
  userId: string | undefined,
  grant: TokenGrant,
): Steps<void> {
  const { isPublicClient, refreshTokenExpiresAt, failure } = grant
  const isBare = !isPublicClient && refreshTokenExpiresAt === undefined && !failure
  yield* upsert(place, userId ?? BOT, {
    token_digest: isBare ? null : digest(grant),
    is_public_client: isPublicClient ? 1 : 0,
    refresh_token_expires_at: refreshTokenExpiresAt ?? null,
    failure: failure?.code ?? null,
    failed_at: failure?.at ?? null,
  })
}

/** Leaves nothing said of a member's token; their metadata stays. */
export function* forgetGrantDetails(
  { hasOwnTables }: Dialect,
  place: PlaceColumns,
  userId: string,
): Steps<void> {
  if (!hasOwnTables) return
  yield* upsert(place, userId, {
    token_digest: null,
    is_public_client: 0,
    refresh_token_expires_at: null,
    failure: null,
    failed_at: null,
  })
}

/** What there is to say of a member's installation beside its tokens. */
export function* saveMemberDetails(
  { secrets }: Dialect,
  place: PlaceColumns,
  installation: Installation,
): Steps<void> {
  const { otherWebhooks: others = [], metadata = null, user } = installation
  const webhooks =
    others.length === 0
      ? null
      : secrets.seal(JSON.stringify(others), secretName(ownerOf(installation), 'webhooks'))
  yield* upsert(place, user.id, { metadata, webhooks })
}

/** Forgets what is said of the bot, of one member, or of all members. */
export function* deleteDetails(
  { hasOwnTables }: Dialect,
  place: PlaceColumns,
  whose: 'bot' | 'members' | { readonly userId: string },
): Steps<void> {
  if (!hasOwnTables) return
  const userId = typeof whose === 'string' ? BOT : whose.userId
  const comparison = whose === 'members' ? '<>' : '='
  yield* rows(
    `delete from slack_oauth_details where ${AT_PLACE} and user_id ${comparison} @userId`,
    { ...place, userId },
  )
}

/** Most installations have nothing to say here, and get no row. */
function* upsert(
  place: PlaceColumns,
  userId: string,
  values: Readonly<Record<string, string | number | null>>,
): Steps<void> {
  const key = { ...place, userId }
  const columns = Object.keys(values)
  const says = Object.values(values).some((value) => value !== null && value !== 0)
  if (!says) {
    yield* rows(
      `update slack_oauth_details set ${columns.map((column) => `${column} = @${column}`).join(', ')}
       where ${AT_PLACE} and user_id = @userId`,
      { ...key, ...values },
    )
    return
  }
  yield* rows(
    `insert into slack_oauth_details
       (client_id, enterprise_id, team_id, user_id, ${columns.join(', ')})
     values (@clientId, @enterpriseId, @teamId, @userId, ${columns.map((column) => `@${column}`).join(', ')})
     on conflict (client_id, enterprise_id, team_id, user_id)
     do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    { ...key, ...values },
  )
}

/** Tells one token from another and gives neither away: both are long and random. */
function digest({ token, refreshToken = '' }: TokenGrant): string {
  // Loaded here alone: `token` is run in shell prompts, and hardly any token has details
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(`${token}\n${refreshToken}`).digest('base64url')
}
