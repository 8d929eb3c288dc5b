import type {
  InstallationStore as BoltInstallationStore,
  InstallationQuery as BoltQuery,
} from '@slack/oauth'
import { SlackOAuthError } from '../base/errors.ts'
import { whileSaving } from '../flows/authorize/save-installation.ts'
import { findAt, placeOf } from '../flows/lookup/find-installation.ts'
import { freshGrant } from '../flows/tokens/renew.ts'
import { isSurvivor } from '../flows/tokens/rotate.ts'
import type { Installation, TokenGrant } from '../slack/installation.ts'
import type { GrantKey } from '../store/installation-store.ts'
import { openStore } from '../store/open-store.ts'
import type { OpenStoreOptions, Store } from '../store/store.ts'
import { follower, needsOf } from './access-token.ts'
import { fromBolt, toBolt } from './bolt-installation.ts'
import { type ReachOptions, slackOptionsOf } from './client-options.ts'

export interface BoltStoreOptions extends ReachOptions {
  /** The store, as for {@link openStore}; opened when Bolt first asks for something. */
  readonly db: string
  readonly clientId: string
  /**
   * With it, tokens that are about to expire are renewed here, under the lock of the command line and the
   * library, before Bolt would do it. Without it Bolt renews them itself and takes no lock: of several
   * `authorize()` calls at once each spends the refresh token, and all but the last get a token that is dead.
   */
  readonly clientSecret?: string
  /** Hears why a token was not renewed: one that is still good, or a member's that is left out. */
  readonly warn?: (message: string) => void
  /** Of a sealed store, as for {@link openStore}. */
  readonly key?: OpenStoreOptions['key']
}

/** Bolt renews what has no more than two hours left. */
const BOLT_SECONDS = 2 * 3600
/** Some minutes more, and it finds nothing to renew. */
const MIN_TTL_SECONDS = BOLT_SECONDS + 300

/**
 * The store as Bolt for JavaScript and `@slack/oauth` want it: `new App({ installationStore: … })`.
 * What `slack-oauth install` saved is authorized by Bolt, and the other way round.
 *
 * @example
 * import { App } from '@slack/bolt'
 * import { installationStore } from 'slack-oauth/bolt'
 *
 * const clientId = '123.456'
 * const app = new App({
 *   clientId,
 *   clientSecret: process.env.SLACK_CLIENT_SECRET ?? '',
 *   signingSecret: process.env.SLACK_SIGNING_SECRET ?? '',
 *   stateSecret: process.env.SLACK_STATE_SECRET ?? '',
 *   scopes: ['chat:write'],
 *   installationStore: installationStore({
 *     db: 'installations.db',
 *     clientId,
 *     clientSecret: process.env.SLACK_CLIENT_SECRET ?? '',
 *   }),
 * })
 */
export function installationStore(options: BoltStoreOptions): Required<BoltInstallationStore> {
  const { db, clientId, key } = options
  let opening: Promise<Store> | undefined
  const store = () => {
    opening ??= openStore(db, { clientId, ...(key !== undefined && { key }) }).catch(
      (error: unknown) => {
        // The next request tries again: the file may be there by then
        opening = undefined
        throw error
      },
    )
    return opening
  }
  /** As Bolt wants it; where this store may renew its tokens, with nothing left for Bolt to renew. */
  async function renewed(opened: Store, installation: Installation) {
    const { clientSecret, warn } = options
    if (clientSecret === undefined) return toBolt(installation)
    const needs = needsOf(opened, { ...options, clientSecret }, follower(options.signal))
    const { bot, user } = installation
    const place = placeOf(installation)
    const fresh = async <G extends TokenGrant>(key: GrantKey, grant: G): Promise<G> => {
      if (grant.refreshToken === undefined) return grant
      const next = await freshGrant(needs, key, grant, { minTtlSeconds: MIN_TTL_SECONDS })
      return { ...grant, ...next }
    }
    const freshBot = bot && (await fresh(place, bot))
    // Bolt goes on with the bot where a member's token cannot be renewed
    const withoutIt = (error: unknown): undefined => {
      if (freshBot === undefined || !(error instanceof SlackOAuthError)) throw error
      warn?.(error.message)
    }
    const grant =
      user.grant && (await fresh({ ...place, userId: user.id }, user.grant).catch(withoutIt))
    const given = toBolt({
      ...installation,
      ...(freshBot && { bot: freshBot }),
      user: { id: user.id, ...(grant && { grant }) },
    })
    for (const each of [given.bot, given.user]) {
      const isLasting = (each?.expiresAt ?? Number.POSITIVE_INFINITY) > needs.now() + BOLT_SECONDS
      // Bolt would spend it without a lock
      if (!isLasting) delete each?.refreshToken
    }
    return given
  }

  /** The one to store of what Bolt has and what is stored: see {@link latest}. */
  async function kept<G extends TokenGrant>(given: G | undefined, stored: G | undefined) {
    const chosen = latest(given, stored)
    if (chosen === undefined || chosen !== given || stored === undefined) return chosen
    // Bolt would not have renewed the stored one: another program has, and Slack may honour only one of the two
    const isRace =
      chosen.token !== stored.token && (stored.expiresAt ?? 0) > Date.now() / 1000 + BOLT_SECONDS
    if (!isRace) return chosen
    const slack = slackOptionsOf(options, follower(options.signal))
    return (await isSurvivor(slack, stored, chosen)) ? stored : chosen
  }

  return {
    async storeInstallation(given) {
      const opened = await store()
      const { installations } = opened
      const installation = fromBolt(given, clientId)
      const { id } = installation.user
      const { signal } = new AbortController()
      await whileSaving({ store: opened, slack: { signal } }, installation, async () => {
        const stored = await findAt(installations, { ...placeOf(installation), userId: id })
        // Bolt stores the whole when it renews one token, as it read it before: the other may have
        // been renewed since, and a member's is blanked where another member's request was served
        const grant = await kept(installation.user.grant, stored?.user.grant)
        const bot = await kept(installation.bot, stored?.bot)
        const { bot: _, ...rest } = installation
        await installations.save({
          ...rest,
          // Without a bot the stored one stays as it is
          ...(bot === installation.bot && bot && { bot }),
          user: { id, ...(grant && { grant }) },
        })
      })
    },

    async fetchInstallation(query) {
      const opened = await store()
      const { installations } = opened
      const newest = await installations.findInstallation(fromQuery(query))
      if (newest === undefined) {
        throw new SlackOAuthError(
          'not_installed',
          `Nothing is installed for ${query.teamId ?? query.enterpriseId}`,
          { hint: 'slack-oauth install' },
        )
      }
      const own =
        !query.userId || newest.user.id === query.userId
          ? newest
          : await findAt(installations, { ...placeOf(newest), userId: query.userId })
      // Another member's token is nobody else's
      const found = own ?? { ...newest, user: { id: newest.user.id } }
      return renewed(opened, found)
    },

    async deleteInstallation(query) {
      const { installations } = await store()
      const place = fromQuery(query)
      if (!query.userId) return installations.deleteAll(place)
      // The bot is the team's: only the member's token goes
      await installations.deleteUserGrant({ ...place, userId: query.userId })
    },
  }
}

/** The one that expires later; what Bolt has counts where that does not tell. */
function latest<G extends TokenGrant>(given: G | undefined, stored: G | undefined): G | undefined {
  if (given === undefined || stored?.expiresAt === undefined) return given ?? stored
  // Read out of here without what renews it
  if (given.token === stored.token && given.refreshToken === undefined) return stored
  return given.expiresAt !== undefined && given.expiresAt < stored.expiresAt ? stored : given
}

function fromQuery({ teamId, enterpriseId, isEnterpriseInstall }: BoltQuery<boolean>) {
  return {
    ...(teamId && { teamId }),
    ...(enterpriseId && { enterpriseId }),
    isEnterpriseInstall,
  }
}
