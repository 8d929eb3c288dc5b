import type { Database } from 'better-sqlite3'
import type { Bot, Installation } from '../../slack/installation.js'
import type { InstallationFilter, InstallationQuery } from '../installation-store.js'
import { botOf, installationOf, isRow, type Row, time } from './rows.js'

/** The columns that name a place; '' where the Python SDK has no organization or no workspace. */
export interface Place {
  readonly clientId: string
  readonly enterpriseId: string
  readonly teamId: string
}

/** The newest row is the current one: programs on the same file may only ever insert. */
export const NEWEST = 'order by installed_at desc, id desc limit 1'
export const AT_PLACE =
  'client_id = @clientId and enterprise_id = @enterpriseId and team_id = @teamId'

/** The places where a query may find its answer, the nearest first. */
export function places(
  db: Database,
  storeClientId: string | undefined,
  query: InstallationQuery,
): Place[] {
  const { enterpriseId = '', teamId = '', isEnterpriseInstall } = query
  const own = exactPlaces(db, storeClientId, query)
  if (isEnterpriseInstall || teamId === '' || enterpriseId === '') return own
  return [...own, ...own.map((place) => ({ ...place, teamId: '' }))]
}

/** The one place that a query names, of each app in question. */
export function exactPlaces(
  db: Database,
  storeClientId: string | undefined,
  { clientId, enterpriseId = '', teamId = '', isEnterpriseInstall }: InstallationQuery,
): Place[] {
  return clientIds(db, storeClientId, clientId).map((app) => ({
    clientId: app,
    enterpriseId,
    teamId: isEnterpriseInstall ? '' : teamId,
  }))
}

function clientIds(
  db: Database,
  storeClientId: string | undefined,
  wanted: string | undefined,
): string[] {
  if (storeClientId !== undefined)
    return (wanted ?? storeClientId) === storeClientId ? [storeClientId] : []
  if (wanted !== undefined) return [wanted]
  // A bot may be all that is left of an app
  return db
    .prepare('select client_id from slack_installations union select client_id from slack_bots')
    .pluck()
    .all()
    .map(String)
}

export function findInstallation(
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
export function currentBot(db: Database, place: Place): Bot | undefined {
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
export function currentRows(db: Database, filter: InstallationFilter): Row[] {
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

export function placeOf(row: Row): Place {
  return {
    clientId: String(row.client_id),
    enterpriseId: String(row.enterprise_id ?? ''),
    teamId: String(row.team_id ?? ''),
  }
}

export function withBot(installation: Installation, bot: Bot | undefined): Installation {
  return bot ? { ...installation, bot } : installation
}
