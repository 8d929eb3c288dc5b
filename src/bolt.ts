import type {
  Installation as BoltInstallation,
  InstallationStore as BoltInstallationStore,
  InstallationQuery as BoltQuery,
} from '@slack/oauth'
import { SlackOAuthError } from './errors.js'
import type { Installation } from './slack/installation.js'
import type { InstallationQuery, InstallationStore } from './store/installation-store.js'
import { openStore } from './store/open-store.js'
import type { Store } from './store/store.js'

export interface BoltStoreOptions {
  /** The store, as for {@link openStore}; opened when Bolt first asks for something. */
  readonly db: string
  readonly clientId: string
}

/**
 * The store as Bolt for JavaScript and `@slack/oauth` want it: `new App({ installationStore: … })`.
 * What `slack-oauth install` saved is authorized by Bolt, and the other way round.
 */
export function installationStore({
  db,
  clientId,
}: BoltStoreOptions): Required<BoltInstallationStore> {
  let opening: Promise<Store> | undefined
  const store = () => {
    opening ??= openStore(db, { clientId }).catch((error: unknown) => {
      // The next request tries again: the file may be there by then
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    async storeInstallation(given) {
      const { installations } = await store()
      const installation = fromBolt(given, clientId)
      if (installation.user.grant) return installations.save(installation)
      // Bolt blanks the member's token when another member's request renews the bot's, and stores
      // the whole: that is not to lose it
      const stored = await ofMember(installations, placeOf(installation), installation.user.id)
      const grant = stored?.user.grant
      await installations.save(
        grant ? { ...installation, user: { id: installation.user.id, grant } } : installation,
      )
    },

    async fetchInstallation(query) {
      const { installations } = await store()
      const newest = await installations.findInstallation(fromQuery(query))
      if (newest === undefined) {
        throw new SlackOAuthError(
          'not_installed',
          `Nothing is installed for ${query.teamId ?? query.enterpriseId}`,
          { hint: 'slack-oauth install' },
        )
      }
      if (!query.userId || newest.user.id === query.userId) return toBolt(newest)
      const own = await ofMember(installations, placeOf(newest), query.userId)
      // Another member's token is nobody else's
      return toBolt(own ?? { ...newest, user: { id: newest.user.id } })
    },

    async deleteInstallation(query) {
      const { installations } = await store()
      const place = fromQuery(query)
      if (!query.userId) return installations.deleteAll(place)
      const { userId } = query
      const stored = await ofMember(installations, place, userId)
      if (!stored?.bot) return installations.deleteInstallation({ ...place, userId })
      // The bot is the team's, and Bolt finds it by an installation: only the member's token goes
      const { bot: _, ...rest } = stored
      await installations.save({ ...rest, user: { id: userId } })
    },
  }
}

/** A member's installation in that very place, where the store also looks in the organization. */
async function ofMember(
  installations: InstallationStore,
  place: InstallationQuery & { readonly isEnterpriseInstall: boolean },
  userId: string,
): Promise<Installation | undefined> {
  const found = await installations.findInstallation({ ...place, userId })
  return found?.isEnterpriseInstall === place.isEnterpriseInstall ? found : undefined
}

function fromQuery({ teamId, enterpriseId, isEnterpriseInstall }: BoltQuery<boolean>) {
  return {
    ...(teamId && { teamId }),
    ...(enterpriseId && { enterpriseId }),
    isEnterpriseInstall,
  }
}

function placeOf({ enterprise, team, isEnterpriseInstall }: Installation) {
  return {
    ...(enterprise && { enterpriseId: enterprise.id }),
    ...(team && { teamId: team.id }),
    isEnterpriseInstall,
  }
}

function fromBolt(given: BoltInstallation, clientId: string): Installation {
  const { team, enterprise, bot, user, incomingWebhook } = given
  if (given.authVersion === 'v1') {
    throw new SlackOAuthError('usage', 'Installations of classic apps (OAuth v1) are not stored')
  }
  const { token, refreshToken, expiresAt, scopes } = user
  return {
    clientId,
    appId: given.appId ?? '',
    ...(enterprise && {
      enterprise: {
        id: enterprise.id,
        ...(enterprise.name && { name: enterprise.name }),
        ...(given.enterpriseUrl && { url: given.enterpriseUrl }),
      },
    }),
    ...(team && { team: { id: team.id, ...(team.name && { name: team.name }) } }),
    ...(bot && { bot: { ...grantOf(bot), ...(bot.id && { id: bot.id }), userId: bot.userId } }),
    user: {
      id: user.id,
      ...(token && { grant: grantOf({ token, refreshToken, expiresAt, scopes }) }),
    },
    ...(incomingWebhook && { incomingWebhook }),
    isEnterpriseInstall: given.isEnterpriseInstall ?? false,
    ...(given.tokenType && { tokenType: given.tokenType }),
    installedAt: Date.now() / 1000,
  }
}

/** A token as either side has it. */
interface LooseGrant {
  readonly token: string
  readonly refreshToken?: string | undefined
  readonly expiresAt?: number | undefined
  readonly scopes?: readonly string[] | undefined
}

function grantOf({ token, refreshToken, expiresAt, scopes }: LooseGrant) {
  return {
    token,
    ...(refreshToken && { refreshToken }),
    ...(expiresAt !== undefined && { expiresAt }),
    scopes: [...(scopes ?? [])],
  }
}

function toBolt(installation: Installation): BoltInstallation<'v2', boolean> {
  const { team, enterprise, bot, user, incomingWebhook } = installation
  const shared = {
    user: {
      id: user.id,
      ...(user.grant ? grantOf(user.grant) : { token: undefined, scopes: undefined }),
    },
    ...(bot && { bot: { ...grantOf(bot), id: bot.id ?? '', userId: bot.userId } }),
    ...(incomingWebhook && { incomingWebhook }),
    appId: installation.appId,
    ...(bot && { tokenType: 'bot' as const }),
    ...(enterprise?.url && { enterpriseUrl: enterprise.url }),
    isEnterpriseInstall: installation.isEnterpriseInstall,
    authVersion: 'v2' as const,
  }
  return { ...shared, team, enterprise }
}
