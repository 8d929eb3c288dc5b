import type { SlackOAuthError } from '../base/errors.ts'
import type { Bot, Installation, TokenGrant } from '../slack/installation.ts'

/**
 * Names a workspace or an organization, as Slack's requests do. A workspace's id decides: it is unique at
 * Slack, and found under whatever organization it is stored. `isEnterpriseInstall` looks for the
 * org-wide installation.
 */
export interface InstallationQuery {
  /** Whose; needed where the store holds several apps and was opened for none of them. */
  readonly clientId?: string
  /**
   * Beside a `teamId` it is context: its org-wide installation answers where the workspace has none of its own.
   * Where a workspace is stored twice, it chooses one, and `''` the one outside any organization.
   */
  readonly enterpriseId?: string
  readonly teamId?: string
  /** This member's own installation, with their token; else the newest of the place. */
  readonly userId?: string
  readonly isEnterpriseInstall?: boolean
}

/**
 * A workspace, or a whole organization, where an app is installed. Of a workspace outside any organization, or
 * none that is known, `enterpriseId` is `''` or absent.
 */
export interface Place extends Omit<InstallationQuery, 'userId'> {
  readonly clientId: string
  readonly isEnterpriseInstall: boolean
}

/** One token of a place: the bot's, or where a member is named, theirs. */
export interface GrantKey extends Place {
  readonly userId?: string
}

/** An installation with a token that is none, or that does not open though the key is there. */
export interface DamagedInstallation extends Place {
  readonly userId: string
  /** Names the column; `store_corrupt`. */
  readonly error: SlackOAuthError
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
 * Deleting never falls back from a workspace to its organization, and does nothing where there is
 * nothing. Every method throws SlackOAuthError with a `store_…` code when the store fails.
 *
 * @example
 * import { openStore } from 'slack-oauth'
 *
 * const store = await openStore('installations.db', { clientId: '123.456' })
 * for await (const { team, user, bot } of store.installations.list()) {
 *   console.log(team?.name, user.id, bot?.scopes)
 * }
 * // The event app_uninstalled
 * await store.installations.deleteAll({ teamId: 'T0456EFGH' })
 * await store.close()
 */
export interface InstallationStore {
  /**
   * Stores an installation in the place of the same member's earlier one, and its bot in the place
   * of the earlier bot: all of it or nothing. One without a bot leaves the stored bot as it is.
   *
   * @throws SlackOAuthError `usage` for one that is in no place, or of another app than the store's
   */
  save(installation: Installation): Promise<void>

  /**
   * Takes in copies of installations made elsewhere: each keeps its `installedAt`, and none takes
   * the place of one that was installed, or of the same installation renewed, later. All or nothing;
   * a second time it changes nothing.
   *
   * @throws SlackOAuthError `usage` as {@link save}
   */
  merge(installations: Iterable<Installation> | AsyncIterable<Installation>): Promise<MergeResult>

  /** A workspace without an installation of its own is covered by the one of its organization. */
  findInstallation(query: InstallationQuery): Promise<Installation | undefined>

  findBot(query: InstallationQuery): Promise<Bot | undefined>

  /** The place that answers a query, by the same rule as {@link findInstallation} and {@link findBot}. */
  findPlace(query: InstallationQuery): Promise<Place | undefined>

  /**
   * Puts one token in the place of another, if that is still the stored one; false where it is not.
   * Nothing else of the installation changes, and no other member's.
   */
  replaceGrant(key: GrantKey, previous: TokenGrant, next: TokenGrant): Promise<boolean>

  /**
   * Forgets the bot of a place, and every copy of its token. An installation that had nothing else
   * goes with it.
   */
  deleteBot(query: InstallationQuery): Promise<void>

  /**
   * Forgets the token of the member named. Where the place has a bot the installation stays, since a
   * Bolt app finds the bot by it; one that had nothing else goes with the token.
   */
  deleteUserGrant(query: InstallationQuery & { readonly userId: string }): Promise<void>

  /**
   * Forgets the installation of the member named, or of every member of the place. The bot stays:
   * it belongs to the place.
   */
  deleteInstallation(query: InstallationQuery): Promise<void>

  /** Forgets the place: its bot, and the installations of all its members. */
  deleteAll(query: InstallationQuery): Promise<void>

  /**
   * Current installations in the order of app, organization, workspace and member.
   *
   * @param onDamaged hears of each that is damaged, which is left out; without it, the list ends with
   *   the error of the first
   */
  list(
    filter?: InstallationFilter,
    onDamaged?: (damaged: DamagedInstallation) => void,
  ): AsyncIterable<Installation>

  /** Places in the same order, also those where only a bot is left; each costs one look. */
  places(filter?: InstallationFilter): AsyncIterable<Place>
}

/** How many installations were new, replaced an older copy, or were no newer than the stored one. */
export interface MergeResult {
  readonly added: number
  readonly updated: number
  readonly kept: number
}

/** Another's installations, to be read alone. */
export interface InstallationReader extends Pick<InstallationStore, 'list'> {
  close(): Promise<void>
}
