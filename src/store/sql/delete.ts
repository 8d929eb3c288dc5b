import type { Dialect } from './database.ts'
import { deleteDetails, forgetGrantDetails } from './details-table.ts'
import { currentBot } from './lookup.ts'
import { atPlace, ofMember, type PlaceColumns } from './place.ts'
import { rows, type Steps } from './steps.ts'

/** The bot of a place, and each copy of it in members' rows. */
export function* deleteBot(dialect: Dialect, place: PlaceColumns): Steps<void> {
  const here = atPlace(dialect)
  yield* rows(`delete from slack_bots where ${here}`, place)
  yield* rows(
    `update slack_installations
     set bot_token = null, bot_id = null, bot_user_id = null, bot_scopes = '',
         bot_refresh_token = null, bot_token_expires_at = null
     where ${here}`,
    place,
  )
  yield* rows(
    `delete from slack_installations where ${here} and coalesce(user_token, '') = ''`,
    place,
  )
  yield* deleteDetails(dialect, place, 'bot')
}

/** A member's token, in the history too; without a bot in the place, the rows that held it. */
export function* deleteUserGrant(
  dialect: Dialect,
  place: PlaceColumns,
  userId: string,
): Steps<void> {
  if ((yield* currentBot(dialect, place)) === undefined) {
    yield* deleteInstallation(dialect, place, userId)
    return
  }
  yield* rows(
    `update slack_installations
     set user_token = null, user_scopes = null, user_refresh_token = null,
         user_token_expires_at = null
     where ${atPlace(dialect)} and ${ofMember(dialect)}`,
    { ...place, userId },
  )
  yield* forgetGrantDetails(dialect, place, userId)
}

/** A member's rows, the history included; without a member, everybody's. */
export function* deleteInstallation(
  dialect: Dialect,
  place: PlaceColumns,
  userId: string | undefined,
): Steps<void> {
  const where =
    userId === undefined ? atPlace(dialect) : `${atPlace(dialect)} and ${ofMember(dialect)}`
  yield* rows(`delete from slack_installations where ${where}`, { ...place, userId })
  yield* deleteDetails(dialect, place, userId === undefined ? 'members' : { userId })
}
