import type { Database } from 'better-sqlite3'
import { AT_PLACE, type Place } from './lookup.js'

/** Within a transaction: the bot of a place, and each copy of it in members' rows. */
export function deleteBot(db: Database, place: Place): void {
  db.prepare(`delete from slack_bots where ${AT_PLACE}`).run(place)
  db.prepare(
    `update slack_installations
     set bot_token = null, bot_id = null, bot_user_id = null, bot_scopes = '',
         bot_refresh_token = null, bot_token_expires_at = null
     where ${AT_PLACE}`,
  ).run(place)
  db.prepare(
    `delete from slack_installations where ${AT_PLACE} and coalesce(user_token, '') = ''`,
  ).run(place)
}

/** Within a transaction: a member's rows, the history included; without a member, everybody's. */
export function deleteInstallation(db: Database, place: Place, userId: string | undefined): void {
  const ofUser = userId === undefined ? '' : 'and user_id = @userId'
  db.prepare(`delete from slack_installations where ${AT_PLACE} ${ofUser}`).run(
    userId === undefined ? place : { ...place, userId },
  )
}
