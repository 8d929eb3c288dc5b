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
  if (row === undefined) return undefined
  const details = yield* detailsOf(dialect, place, keyText(row, 'user_id'))
  const bot = detailedBot(yield* currentBot(dialect, place), details)
  return detailed(installationOf(dialect, row, bot), details)
}

export function* findBot(dialect: Dialect, place: PlaceColumns): Steps<Bot | undefined> {
  const bot = yield* currentBot(dialect, place)
  return bot && detailedBot(bot, yield* detailsOf(dialect, place))
}

/**
 * The bot of a place is in both tables, and they can disagree: a Bolt app renews it in `slack_bots`
 * alone. The newer one counts.
 */
export function* currentBot(dialect: Dialect, place: PlaceColumns): Steps<Bot | undefined> {
  const where = `where ${atPlace(dialect)} and bot_token <> '' ${NEWEST}`
  const inBots = yield* first(`select * from slack_bots ${where}`, place)
  const inInstallations = yield* first(`select * from slack_installations ${where}`, place)
  return newerBot(dialect, inBots, inInstallations)
}

/** What the newest row of either table says of one place's bot. */
export function newerBot(
  dialect: Dialect,
  inBots: Row | undefined,
  inInstallations: Row | undefined,
): Bot | undefined {
  if (!inBots) return inInstallations && botOf(dialect, inInstallations)
  if (!inInstallations) return botOf(dialect, inBots)
  // Saved together, as nearly all are
  if (inInstallations.installed_at === inBots.installed_at) return botOf(dialect, inBots)
  const installedLater =
    (time(inInstallations.installed_at) ?? 0) > (time(inBots.installed_at) ?? 0)
  return botOf(dialect, installedLater ? inInstallations : inBots)
}

export function withBot(installation: Installation, bot: Bot | undefined): Installation {
  return bot ? { ...installation, bot } : installation
}
