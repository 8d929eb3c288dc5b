import type { Bot, Installation } from '../slack/installation.js'

/**
 * Names one place exactly, as Slack's events and Slack's Python SDK do: an absent `enterpriseId` is
 * a workspace outside any organization, and `isEnterpriseInstall` looks for the org-wide one.
 */
export interface InstallationQuery {
  /** Whose; needed where the store holds several apps and was opened for none of them. */
  readonly clientId?: string
  readonly enterpriseId?: string
  readonly teamId?: string
  /** This member's own installation, with their token; else the newest of the place. */
  readonly userId?: string
  readonly isEnterpriseInstall?: boolean
}

/** Narrows a list down; what is absent matches all. */
export interface InstallationFilter {
  readonly clientId?: string
  readonly enterpriseId?: string
  /** '' for those of whole organizations. */
  readonly teamId?: string
  readonly userId?: string
}

/**
 * Installations, one per app, place and member. The bot belongs to the place: whichever
 * installation is found, its `bot` is the current one of the place, whoever installed it last.
 *
 * Deleting is exact, never falls back from a workspace to its organization, and does nothing where
 * there is nothing. Every method throws SlackOAuthError with a `store_…` code when the store fails.
 */
export interface InstallationStore {
  /**
   * Stores an installation in the place of the same member's earlier one, and its bot in the place
   * of the earlier bot: all of it or nothing. One without a bot leaves the stored bot as it is.
   *
   * @throws SlackOAuthError `usage` for one that is in no place, or of another app than the store's
   */
  save(installation: Installation): Promise<void>

  /** A workspace without an installation of its own is covered by the one of its organization. */
  findInstallation(query: InstallationQuery): Promise<Installation | undefined>

  findBot(query: InstallationQuery): Promise<Bot | undefined>

  /**
   * Forgets the bot of a place, and every copy of its token. An installation that had nothing else
   * goes with it.
   */
  deleteBot(query: InstallationQuery): Promise<void>

  /**
   * Forgets the installation of the member named, or of every member of the place. The bot stays:
   * it belongs to the place.
   */
  deleteInstallation(query: InstallationQuery): Promise<void>

  /** Forgets the place: its bot, and the installations of all its members. */
  deleteAll(query: InstallationQuery): Promise<void>

  /** Current installations in the order of app, organization, workspace and member. */
  list(filter?: InstallationFilter): AsyncIterable<Installation>
}
