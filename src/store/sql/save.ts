import { SlackOAuthError } from '../../base/errors.ts'
import type { IncomingWebhook, Installation } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { saveGrantDetails, saveMemberDetails } from './details-table.ts'
import { currentBot, findInstallation, withBot } from './lookup.ts'
import { atPlace, installedLastAt, ofMember, type PlaceColumns } from './place.ts'
import { rows, type Steps } from './steps.ts'
import { botRow, type Columns, installationRow } from './to-row.ts'

/**
 * The installation in the place of the same member's earlier one, and its bot. What it does not bring stays:
 * Slack honours a token or a webhook of an earlier installation all the same.
 */
export function* save(dialect: Dialect, installation: Installation): Steps<void> {
  const given = placed(installation)
  const place = placeOf(given)
  // The stored bot is kept in its row too: the Python SDK looks for the bot token of a workspace in this
  // table as well, and must not find it gone
  const bot = given.bot ?? (yield* currentBot(dialect, place))
  const stored =
    given.user.id === '' ? undefined : yield* findInstallation(dialect, place, given.user.id)
  const newest = yield* installedLastAt(dialect, place)
  // It must come after that one, also when the clock of the program that wrote it was ahead of ours
  const installedAt = Math.max(given.installedAt, newest + 0.001)
  const current = withBot({ ...withStored(given, stored), installedAt }, bot)
  // Without a member there is the bot, and no row of a member
  if (given.user.id !== '') yield* replaceMember(dialect, place, current)
  if (given.bot) yield* replaceBot(dialect, place, { ...current, bot: given.bot })
}

/** A member's new installation with what only the earlier one has. */
export function withStored(given: Installation, stored: Installation | undefined): Installation {
  if (stored === undefined) return given
  const grant = given.user.grant ?? stored.user.grant
  const tokenType = given.tokenType ?? stored.tokenType
  const metadata = given.metadata ?? stored.metadata
  const [incomingWebhook, ...otherWebhooks] = distinctWebhooks(given, stored)
  const { incomingWebhook: _, otherWebhooks: __, ...rest } = given
  return {
    ...rest,
    user: { ...given.user, ...(grant && { grant }) },
    ...(incomingWebhook && { incomingWebhook }),
    ...(otherWebhooks.length > 0 && { otherWebhooks }),
    ...(tokenType !== undefined && { tokenType }),
    ...(metadata !== undefined && { metadata }),
  }
}

function distinctWebhooks(...installations: readonly Installation[]): IncomingWebhook[] {
  const byUrl = new Map<string, IncomingWebhook>()
  for (const { incomingWebhook, otherWebhooks = [] } of installations) {
    for (const each of [incomingWebhook, ...otherWebhooks]) {
      if (each && !byUrl.has(each.url)) byUrl.set(each.url, each)
    }
  }
  return [...byUrl.values()]
}

/** A member's rows give way to one. */
export function* replaceMember(
  dialect: Dialect,
  place: PlaceColumns,
  installation: Installation,
): Steps<void> {
  yield* rows(
    `delete from slack_installations where ${atPlace(dialect)} and ${ofMember(dialect)}`,
    { ...place, userId: installation.user.id },
  )
  yield* insert('slack_installations', installationRow(dialect, installation))
  yield* saveMemberDetails(dialect, place, installation)
  const { id, grant } = installation.user
  if (grant) yield* saveGrantDetails(place, id, grant)
}

/**
 * The rows of a place's bot give way to one, and each member's copy of it to the same: none of them
 * keeps a token that is no longer good.
 */
export function* replaceBot(
  dialect: Dialect,
  place: PlaceColumns,
  installation: Installation & { readonly bot: NonNullable<Installation['bot']> },
): Steps<void> {
  yield* rows(`delete from slack_bots where ${atPlace(dialect)}`, place)
  yield* insert('slack_bots', botRow(dialect, installation, installation.bot))
  yield* saveGrantDetails(place, undefined, installation.bot)
  const row = Object.entries(installationRow(dialect, installation))
  const columns = row.filter(([column]) => column.startsWith('bot_'))
  yield* rows(
    `update slack_installations set ${columns.map(([column]) => `${column} = @${column}`).join(', ')}
     where ${atPlace(dialect)} and bot_token <> ''`,
    { ...Object.fromEntries(columns), ...place },
  )
}

/** An org-wide installation has no workspace, whoever names one: it would never be found there. */
export function placed(installation: Installation): Installation {
  if (!(installation.isEnterpriseInstall ? installation.enterprise : installation.team)) {
    throw new SlackOAuthError('usage', 'An installation is in a workspace or in an organization')
  }
  if (!installation.isEnterpriseInstall) return installation
  const { team: _, ...orgWide } = installation
  return orgWide
}

export function placeOf({ clientId, enterprise, team }: Installation): PlaceColumns {
  return { clientId, enterpriseId: enterprise?.id ?? '', teamId: team?.id ?? '' }
}

function* insert(table: string, row: Columns): Steps<void> {
  const columns = Object.keys(row)
  const values = columns.map((column) => `@${column}`)
  yield* rows(`insert into ${table} (${columns.join(', ')}) values (${values.join(', ')})`, row)
}
