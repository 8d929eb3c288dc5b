import * as v from 'valibot'
import type { Installation, TokenGrant } from '../slack/installation.ts'
import { flatExtras, grantExtras, readExtras } from './extra-fields.ts'
import { fromFlat } from './from-flat.ts'
import {
  assertMember,
  assertPlace,
  type Entry,
  eachEntry,
  type FileStoreFormat,
  newestOf,
  PlaceContents,
  type PlaceFolder,
  parseJsonObject,
  type StoredFile,
} from './sdk-files.ts'
import { Unusable } from './unusable.ts'

/** Ours, beside the fields of Bolt, which reads over it and carries it along. */
const OURS = 'slackOauth'

const text = v.nullish(v.string())
const time = v.nullish(v.number())
const scopes = v.nullish(v.array(v.string()))
const place = v.nullish(v.object({ id: text, name: text }))

const schema = v.object({
  team: place,
  enterprise: place,
  user: v.object({ id: v.string(), token: text, refreshToken: text, expiresAt: time, scopes }),
  bot: v.nullish(
    v.object({ token: text, refreshToken: text, expiresAt: time, scopes, id: text, userId: text }),
  ),
  incomingWebhook: v.nullish(
    v.object({ url: text, channel: text, channelId: text, configurationUrl: text }),
  ),
  appId: text,
  tokenType: text,
  enterpriseUrl: text,
  isEnterpriseInstall: v.nullish(v.boolean()),
  authVersion: text,
  metadata: text,
  [OURS]: v.optional(v.unknown()),
})

/**
 * The layout of `FileInstallationStore` of `@slack/oauth`: `app-latest` and `user-{U}-latest` in a
 * folder `E1-T1` or `E1`. That of a workspace outside any organization is `T1` up to release 3.0.4,
 * and since then its id is glued to the name of the folder that it was to be in.
 */
export const boltJsFile: FileStoreFormat = {
  placeOf(name) {
    const [, enterpriseId, teamId] = /^(E[A-Z0-9]+)(?:-(T[A-Z0-9]+))?$/.exec(name) ?? []
    if (enterpriseId !== undefined) return { enterpriseId, teamId }
    return /^T[A-Z0-9]+$/.test(name) ? { teamId: name } : undefined
  },

  gluedPlaceOf(name) {
    const [, clientId, teamId] = /^(\d[\w.-]*?)(T[A-Z0-9]+)$/.exec(name) ?? []
    return clientId !== undefined && teamId !== undefined ? { clientId, teamId } : undefined
  },

  isKey: (key) => /^(app|user-[UW][A-Z0-9]+)$/.test(key),

  read(folder, notes) {
    const contents = new PlaceContents()
    eachEntry(folder, notes, (file, key, entry) => {
      const installation = parse(folder, file, entry)
      assertMember(key, installation)
      contents.add(installation)
    })
    return contents.installations()
  },

  write(installations, changed) {
    const [first] = installations
    if (first === undefined) return []
    const folder = folderOf(first)
    const newest = newestOf(installations)
    return [
      // A bot whose members are gone has no file of a member
      ...changed
        .filter(({ user }) => user.id !== '')
        .map((each) => ({
          path: `${folder}/user-${each.user.id}-latest`,
          text: textOf(each),
        })),
      ...changed
        .filter((each) => each === newest)
        .map((each) => ({ path: `${folder}/app-latest`, text: textOf(each) })),
    ]
  },
}

/** As the current release spells it, which with a client id is still below the store's folder. */
function folderOf({ clientId, enterprise, team }: Installation): string {
  if (enterprise === undefined) return `${clientId}${team?.id ?? ''}`
  return `${clientId}/${enterprise.id}${team ? `-${team.id}` : ''}`
}

function parse(folder: PlaceFolder, file: StoredFile, entry: Entry): Installation {
  const object = parseJsonObject(file.text)
  if (object.authVersion === 'v1') {
    throw new Unusable('it is of a classic app (OAuth v1), which is not stored')
  }
  const parsed = v.safeParse(schema, object)
  if (!parsed.success) {
    // The keys on the way are the schema's own
    throw new Unusable(`its ${v.getDotPath(parsed.issues[0]) ?? 'contents'} is not one`)
  }
  const { team, enterprise, user, bot, incomingWebhook: webhook, ...rest } = parsed.output
  const extras = readExtras(rest[OURS])
  const installation = fromFlat({
    client_id: folder.clientId,
    app_id: rest.appId,
    enterprise_id: enterprise?.id,
    enterprise_name: enterprise?.name,
    enterprise_url: rest.enterpriseUrl,
    team_id: team?.id,
    team_name: team?.name,
    ...flatGrant('bot', bot),
    bot_id: bot?.id,
    bot_user_id: bot?.userId,
    user_id: user.id || null,
    ...flatGrant('user', user),
    incoming_webhook_url: webhook?.url,
    incoming_webhook_channel: webhook?.channel,
    incoming_webhook_channel_id: webhook?.channelId,
    incoming_webhook_configuration_url: webhook?.configurationUrl,
    is_enterprise_install: rest.isEnterpriseInstall,
    token_type: rest.tokenType ?? extras.token_type,
    installed_at: extras.installed_at ?? installedAt(file, entry),
    metadata: rest.metadata,
    ...flatExtras(extras, { bot: bot?.token, user: user.token }),
  })
  assertPlace(folder, { enterpriseId: enterprise?.id, teamId: team?.id })
  return installation
}

function flatGrant(kind: 'bot' | 'user', grant: v.InferOutput<typeof schema>['bot' | 'user']) {
  return {
    [`${kind}_token`]: grant?.token || null,
    [`${kind}_refresh_token`]: grant?.refreshToken || null,
    [`${kind}_token_expires_at`]: grant?.expiresAt,
    [`${kind}_scopes`]: grant?.scopes?.filter((scope) => scope !== ''),
  }
}

/** Bolt says it in the name of the newest copy alone, if that is one of this file; else it is when it was written. */
function installedAt(file: StoredFile, { history }: Entry): number {
  return history?.text === file.text ? Number(history.moment) / 1000 : file.writtenAt
}

function textOf(installation: Installation): string {
  const { team, enterprise, bot, user, incomingWebhook, tokenType } = installation
  return JSON.stringify({
    ...(team && { team }),
    ...(enterprise && { enterprise: { id: enterprise.id, name: enterprise.name } }),
    user: { id: user.id, ...(user.grant && grantOf(user.grant)) },
    ...(bot && { bot: { ...grantOf(bot), id: bot.id ?? '', userId: bot.userId } }),
    incomingWebhook,
    appId: installation.appId,
    tokenType,
    enterpriseUrl: enterprise?.url,
    isEnterpriseInstall: installation.isEnterpriseInstall,
    // Without it Bolt renews no token
    authVersion: 'v2',
    metadata: installation.metadata,
    [OURS]: { installed_at: installation.installedAt, ...grantExtras(installation) },
  })
}

function grantOf({ token, refreshToken, expiresAt, scopes }: TokenGrant) {
  return { token, refreshToken, expiresAt, scopes }
}
