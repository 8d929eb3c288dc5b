import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../errors.js'
import type { Installation } from '../../slack/installation.js'
import { AT_PLACE, currentBot, NEWEST, type Place, withBot } from './lookup.js'
import { botRow, installationRow, time } from './rows.js'

/** Within a transaction: the installation in the place of the same member's earlier one, and its bot. */
export function save(db: Database, installation: Installation): void {
  const given = placed(installation)
  const place: Place = {
    clientId: given.clientId,
    enterpriseId: given.enterprise?.id ?? '',
    teamId: given.team?.id ?? '',
  }
  // Without a bot of its own it keeps the stored one in its row: the Python SDK looks for the bot
  // token of a workspace in this table too, and must not find it gone
  const bot = given.bot ?? currentBot(db, place)
  const installedAt = Math.max(given.installedAt, newestAt(db, place) + 0.001)
  const current = withBot({ ...given, installedAt }, bot)

  db.prepare(`delete from slack_installations where ${AT_PLACE} and user_id = @userId`).run({
    ...place,
    userId: given.user.id,
  })
  insert(db, 'slack_installations', installationRow(current))
  if (!given.bot) return
  db.prepare(`delete from slack_bots where ${AT_PLACE}`).run(place)
  insert(db, 'slack_bots', botRow(current, given.bot))
  updateCopies(db, place, installationRow(current))
}

/** Other members' rows name the bot as well: none of them keeps a token that is no longer good. */
function updateCopies(
  db: Database,
  place: Place,
  row: Record<string, string | number | null>,
): void {
  const columns = Object.keys(row).filter((column) => column.startsWith('bot_'))
  const assignments = columns.map((column) => `${column} = @${column}`).join(', ')
  db.prepare(
    `update slack_installations set ${assignments} where ${AT_PLACE} and bot_token is not null`,
  ).run({ ...row, ...place })
}

/** An org-wide installation has no workspace, whoever names one: it would never be found there. */
function placed(installation: Installation): Installation {
  if (!(installation.isEnterpriseInstall ? installation.enterprise : installation.team)) {
    throw new SlackOAuthError('usage', 'An installation is in a workspace or in an organization')
  }
  if (!installation.isEnterpriseInstall) return installation
  const { team: _, ...orgWide } = installation
  return orgWide
}

function insert(db: Database, table: string, row: Record<string, string | number | null>): void {
  const columns = Object.keys(row)
  const values = columns.map((column) => `@${column}`)
  db.prepare(`insert into ${table} (${columns.join(', ')}) values (${values.join(', ')})`).run(row)
}

/**
 * When the newest row of a place was installed. A new one must come after it, also when the clock of
 * whoever wrote that was ahead of ours, or nobody would find the new one.
 */
function newestAt(db: Database, place: Place): number {
  const times = ['slack_installations', 'slack_bots'].map((table) =>
    time(
      db
        .prepare(`select installed_at from ${table} where ${AT_PLACE} ${NEWEST}`)
        .pluck()
        .get(place),
    ),
  )
  return Math.max(...times.map((each) => each ?? 0))
}
