import type { Database } from 'better-sqlite3'
import type { Bot, Installation } from '../../slack/installation.js'
import type {
  InstallationFilter,
  InstallationQuery,
  InstallationStore,
} from '../installation-store.js'
import type { StoreFile } from './database.js'
import { migrate } from './migrations.js'
import { botOf, botRow, installationOf, installationRow, isRow, type Row, time } from './rows.js'

/** The columns that name a place; '' where the Python SDK has no organization or no workspace. */
interface Place {
  readonly clientId: string
  readonly enterpriseId: string
  readonly teamId: string
}

/** The newest row is the current one: programs on the same file may only ever insert. */
const NEWEST = 'order by installed_at desc, id desc limit 1'
const AT_PLACE = 'client_id = @clientId and enterprise_id = @enterpriseId and team_id = @teamId'

/**
 * The tables of the Python SDK's `SQLite3InstallationStore`.
 *
 * @param clientId whose installations to find; all apps in the file where it is absent
 */
export function sqliteInstallationStore(
  file: StoreFile,
  clientId: string | undefined,
): InstallationStore {
  return {
    save: (installation) =>
      file.use((db) => {
        migrate(db, file.path)
        db.transaction(() => save(db, installation)).immediate()
      }),

    findInstallation: (query) =>
      file.use((db) =>
        firstOf(places(db, clientId, query), (place) => findInstallation(db, place, query.userId)),
      ),

    findBot: (query) =>
      file.use((db) => firstOf(places(db, clientId, query), (place) => currentBot(db, place))),

    async *list(filter = {}) {
      const rows = await file.use((db) =>
        currentRows(db, { ...(clientId && { clientId }), ...filter }),
      )
      for (const row of rows) {
        const bot = await file.use((db) => currentBot(db, placeOf(row)))
        yield withBot(installationOf(row), bot)
      }
    },
  }
}

function save(db: Database, installation: Installation): void {
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
}

/** An org-wide installation has no workspace, whoever names one: it would never be found there. */
function placed(installation: Installation): Installation {
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

/** The places where a query may find its answer, the nearest first. */
function places(db: Database, clientId: string | undefined, query: InstallationQuery): Place[] {
  const { enterpriseId = '', teamId = '', isEnterpriseInstall } = query
  const isOrganization = isEnterpriseInstall || teamId === ''
  const teamIds = isOrganization ? [''] : enterpriseId === '' ? [teamId] : [teamId, '']
  const apps = clientIds(db, clientId)
  return teamIds.flatMap((each) =>
    apps.map((app) => ({ clientId: app, enterpriseId, teamId: each })),
  )
}

function clientIds(db: Database, clientId: string | undefined): string[] {
  if (clientId !== undefined) return [clientId]
  return db.prepare('select distinct client_id from slack_installations').pluck().all().map(String)
}

function findInstallation(
  db: Database,
  place: Place,
  userId: string | undefined,
): Installation | undefined {
  const ofUser = userId === undefined ? '' : 'and user_id = @userId'
  const row = db
    .prepare(`select * from slack_installations where ${AT_PLACE} ${ofUser} ${NEWEST}`)
    .get(userId === undefined ? place : { ...place, userId })
  return isRow(row) ? withBot(installationOf(row), currentBot(db, place)) : undefined
}

/**
 * The bot of a place is in both tables, and they can disagree: a Bolt app renews it in `slack_bots`
 * alone. The newer one counts.
 */
function currentBot(db: Database, place: Place): Bot | undefined {
  const [inBots, inInstallations] = ['slack_bots', 'slack_installations'].map((table) =>
    db.prepare(`select * from ${table} where ${AT_PLACE} and bot_token <> '' ${NEWEST}`).get(place),
  )
  if (!isRow(inBots)) return isRow(inInstallations) ? botOf(inInstallations) : undefined
  if (!isRow(inInstallations)) return botOf(inBots)
  const installedLater =
    (time(inInstallations.installed_at) ?? 0) > (time(inBots.installed_at) ?? 0)
  return botOf(installedLater ? inInstallations : inBots)
}

/** The newest row of each app, place and member that the filter lets through. */
function currentRows(db: Database, filter: InstallationFilter): Row[] {
  const conditions = [
    filter.clientId !== undefined && 'client_id = @clientId',
    filter.enterpriseId !== undefined && 'enterprise_id = @enterpriseId',
    filter.teamId !== undefined && 'team_id = @teamId',
    filter.userId !== undefined && 'user_id = @userId',
  ].filter((condition) => condition !== false)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  return db
    .prepare(
      `select * from slack_installations current ${where}
       ${where ? 'and' : 'where'} id = (
         select id from slack_installations newest
         where newest.client_id = current.client_id
           and newest.enterprise_id = current.enterprise_id
           and newest.team_id = current.team_id
           and newest.user_id = current.user_id
         ${NEWEST}
       )
       order by client_id, enterprise_id, team_id, user_id`,
    )
    .all({ ...filter })
    .filter(isRow)
}

function placeOf(row: Row): Place {
  return {
    clientId: String(row.client_id),
    enterpriseId: String(row.enterprise_id ?? ''),
    teamId: String(row.team_id ?? ''),
  }
}

function withBot(installation: Installation, bot: Bot | undefined): Installation {
  return bot ? { ...installation, bot } : installation
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
