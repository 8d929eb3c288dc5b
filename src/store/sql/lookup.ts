import type { Bot, Installation } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { detailed, detailedBot, detailsOf } from './details-table.ts'
import { botOf, installationOf } from './from-row.ts'
import { atPlace, keyText, NEWEST, ofMember, type PlaceColumns } from './place.ts'
import { first, type Row, type Steps } from './steps.ts'
import { time } from './time.ts'

/** The newest installation of a place, or of a member there, with the current bot of the place. */
export function* findInstallation(
  dialect: Dialect,
  place: PlaceColumns,
  userId: string | undefined,
): Steps<Installation | undefined> {
  const where =
    userId === undefined ? atPlace(dialect) : `${atPlace(dialect)} and ${ofMember(dialect)}`
  const row = yield* first(`select * from slack_installations where ${where} ${NEWEST}`, {
    ...place,
    userId,
  })
  if (row === undefined) return userId === undefined ? yield* loneBot(dialect, place) : undefined
  const details = yield* detailsOf(dialect, place, keyText(row, 'user_id'))
  const bot = detailedBot(yield* currentBot(dialect, place), details)
  return detailed(dialect, installationOf(dialect, row, bot), details)
}

/** A bot whose members' installations are gone is an installation without a member. */
function* loneBot(dialect: Dialect, place: PlaceColumns): Steps<Installation | undefined> {
  const row = yield* first(
    `select * from slack_bots where ${atPlace(dialect)} and bot_token <> '' ${NEWEST}`,
    place,
  )
  return row && installationOf(dialect, row, yield* findBot(dialect, place))
}

export function* findBot(dialect: Dialect, place: PlaceColumns): Steps<Bot | undefined> {
  const bot = yield* currentBot(dialect, place)
  return bot && detailedBot(bot, yield* detailsOf(dialect, place))
}

/**
 * The bot of a place is in both tables, and they can disagree: a Bolt app renews it in `slack_bots`
 * only. The newer one counts. Where `slack_bots` has none, there is no bot: every program on these tables
 * writes it there, and Bolt for Python deletes it only there when its token was revoked.
 */
export function* currentBot(dialect: Dialect, place: PlaceColumns): Steps<Bot | undefined> {
  const where = `where ${atPlace(dialect)} and bot_token <> '' ${NEWEST}`
  const inBots = yield* first(`select * from slack_bots ${where}`, place)
  if (inBots === undefined) return undefined
  const inInstallations = yield* first(`select * from slack_installations ${where}`, place)
  return newerBot(dialect, inBots, inInstallations)
}

/** What the newest row of either table says of one place's bot. */
export function newerBot(
  dialect: Dialect,
  inBots: Row | undefined,
  inInstallations: Row | undefined,
): Bot | undefined {
  if (!inBots) return undefined
  // Saved together, as nearly all are
  if (!inInstallations || inInstallations.installed_at === inBots.installed_at) {
    return botOf(dialect, inBots)
  }
  const installedLater =
    (time(inInstallations.installed_at) ?? 0) > (time(inBots.installed_at) ?? 0)
  return botOf(dialect, installedLater ? inInstallations : inBots)
}

export function withBot(installation: Installation, bot: Bot | undefined): Installation {
  return bot ? { ...installation, bot } : installation
}
