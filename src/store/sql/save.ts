import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { saveGrantDetails, saveMetadata } from './details-table.ts'
import { currentBot, withBot } from './lookup.ts'
import { atPlace, NEWEST, ofMember, type PlaceColumns } from './place.ts'
import { first, rows, type Steps } from './steps.ts'
import { time } from './time.ts'
import { botRow, type Columns, installationRow } from './to-row.ts'

/** The installation in the place of the same member's earlier one, and its bot. */
export function* save(dialect: Dialect, installation: Installation): Steps<void> {
  const given = placed(installation)
  const place = placeOf(given)
  // Without a bot of its own it keeps the stored one in its row: the Python SDK looks for the bot
  // token of a workspace in this table too, and must not find it gone
  const bot = given.bot ?? (yield* currentBot(dialect, place))
  const newest = Math.max(
    yield* newestAt(dialect, 'slack_installations', place),
    yield* newestAt(dialect, 'slack_bots', place),
  )
  // It must come after that one, also when the clock of whoever wrote that was ahead of ours
  const installedAt = Math.max(given.installedAt, newest + 0.001)
  const current = withBot({ ...given, installedAt }, bot)
  yield* replaceMember(dialect, place, current)
  if (given.bot) yield* replaceBot(dialect, place, { ...current, bot: given.bot })
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
  yield* saveMetadata(place, installation)
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

/** When the newest row of a place was installed; 0 where there is none. */
export function* newestAt(dialect: Dialect, table: string, place: PlaceColumns): Steps<number> {
  const row = yield* first(
    `select installed_at from ${table} where ${atPlace(dialect)} ${NEWEST}`,
    place,
  )
  return time(row?.installed_at) ?? 0
}

function* insert(table: string, row: Columns): Steps<void> {
  const columns = Object.keys(row)
  const values = columns.map((column) => `@${column}`)
  yield* rows(`insert into ${table} (${columns.join(', ')}) values (${values.join(', ')})`, row)
}
