import { splitScopes } from '../slack/authorize/scopes.ts'
import type { Installation } from '../slack/installation.ts'
import { flatExtras, grantExtras, readExtras } from './extra-fields.ts'
import { fromFlat } from './from-flat.ts'
import {
  assertMember,
  assertPlace,
  eachEntry,
  type FileStoreFormat,
  type NewFile,
  type Notes,
  newestOf,
  PlaceContents,
  type PlaceFolder,
  parseJsonObject,
  type StoredFile,
} from './sdk-files.ts'
import { toFlat } from './to-flat.ts'

/** Ours in `custom_values`, the one place where the SDK lets anything else be. */
const OURS = 'slack_oauth'

/**
 * The layout of the Python SDK's `FileInstallationStore`, `{base_dir}/{client_id}/{E|none}-{T|none}/`
 * with the files `bot-latest`, `installer-latest` and `installer-{U}-latest`. The SDK fails on a field
 * that it does not know, and on an `installed_at` without a fraction.
 */
export const pythonFile: FileStoreFormat = {
  placeOf(name) {
    const [, enterprise, team] = /^(none|E[A-Z0-9]+)-(none|T[A-Z0-9]+)$/.exec(name) ?? []
    if (enterprise === undefined || (enterprise === 'none' && team === 'none')) return undefined
    return {
      enterpriseId: enterprise === 'none' ? undefined : enterprise,
      teamId: team === 'none' ? undefined : team,
    }
  },

  gluedPlaceOf: () => undefined,

  isKey: (key) => /^(bot|installer|installer-[UW][A-Z0-9]+)$/.test(key),

  read(folder, notes) {
    const contents = new PlaceContents()
    eachEntry(folder, notes, (file, key) => {
      if (key === 'bot') {
        // It names no member, and none of its fields is one of a member
        contents.addBot(parse(folder, file, notes, { user_id: null }))
        return
      }
      const installation = parse(folder, file, notes)
      assertMember(key, installation)
      contents.add(installation)
    })
    return contents.installations()
  },

  write(installations, changed) {
    const folder = folderOf(installations[0])
    const newest = newestOf(installations)
    // A bot whose members are gone has no file of an installer
    const files: NewFile[] = changed
      .filter(({ user }) => user.id !== '')
      .map((each) => ({
        path: `${folder}/installer-${each.user.id}-latest`,
        text: installerText(each),
      }))
    const withBot = changed.find(({ bot }) => bot !== undefined)
    if (withBot)
      files.push({
        path: `${folder}/bot-latest`,
        text: botText({ ...withBot, ...(newest && { installedAt: newest.installedAt }) }),
      })
    if (newest && newest.user.id !== '' && changed.includes(newest)) {
      files.push({ path: `${folder}/installer-latest`, text: installerText(newest) })
    }
    return files
  },
}

function folderOf(installation: Installation | undefined): string {
  const { clientId = '', enterprise, team } = installation ?? {}
  return `${clientId}/${enterprise?.id ?? 'none'}-${team?.id ?? 'none'}`
}

function parse(
  folder: PlaceFolder,
  file: StoredFile,
  { drop }: Notes,
  more: Readonly<Record<string, unknown>> = {},
): Installation {
  const { custom_values: custom, ...fields } = parseJsonObject(file.text)
  const { [OURS]: ours, ...theirs } =
    typeof custom === 'object' && custom !== null ? { [OURS]: undefined, ...custom } : {}
  const extras = readExtras(ours)
  const installation = fromFlat({
    ...fields,
    client_id: folder.clientId,
    bot_scopes: scopesOf(fields.bot_scopes),
    user_scopes: scopesOf(fields.user_scopes),
    bot_token_expires_at: timeOf(fields.bot_token_expires_at),
    user_token_expires_at: timeOf(fields.user_token_expires_at),
    installed_at: timeOf(fields.installed_at) ?? file.writtenAt,
    is_enterprise_install: Boolean(fields.is_enterprise_install),
    enterprise_id: fields.enterprise_id || null,
    team_id: fields.team_id || null,
    ...(extras.metadata !== undefined && { metadata: extras.metadata }),
    ...flatExtras(extras, { bot: fields.bot_token, user: fields.user_token }),
    ...more,
  })
  assertPlace(folder, {
    enterpriseId: textOf(fields.enterprise_id),
    teamId: textOf(fields.team_id),
  })
  if (Object.keys(theirs).length > 0) drop(file.path, 'custom_values have no place in a store')
  return installation
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A list, or as a row of the SDK's SQLite store has it, text with commas. */
function scopesOf(value: unknown): unknown {
  if (typeof value === 'string') return splitScopes(value)
  return Array.isArray(value) ? value.filter((scope) => scope !== '') : value
}

/** A number, its digits, or a date in UTC: the SDK reads all three. */
function timeOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  const date = value.trim().replace(' ', 'T')
  const milliseconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`)
  return Number.isNaN(milliseconds) ? value : milliseconds / 1000
}

function installerText(installation: Installation): string {
  const {
    client_id: _,
    metadata,
    bot_is_public_client: __,
    bot_refresh_token_expires_at: ___,
    user_is_public_client: ____,
    user_refresh_token_expires_at: _____,
    other_incoming_webhooks: ______,
    ...fields
  } = toFlat(installation)
  return pythonJson({ ...fields, bot_scopes: fields.bot_scopes ?? [] }, installation, metadata)
}

function botText(installation: Installation): string {
  const flat = toFlat(installation)
  const fields = {
    app_id: flat.app_id,
    enterprise_id: flat.enterprise_id,
    enterprise_name: flat.enterprise_name,
    team_id: flat.team_id,
    team_name: flat.team_name,
    bot_token: flat.bot_token,
    bot_id: flat.bot_id ?? '',
    bot_user_id: flat.bot_user_id ?? '',
    bot_scopes: flat.bot_scopes ?? [],
    bot_refresh_token: flat.bot_refresh_token,
    bot_token_expires_at: flat.bot_token_expires_at,
    is_enterprise_install: flat.is_enterprise_install,
    installed_at: flat.installed_at,
  }
  const { user: _, ...withoutUser } = installation
  return pythonJson(fields, { ...withoutUser, user: { id: '' } }, null)
}

function pythonJson(
  fields: Readonly<Record<string, unknown>>,
  installation: Installation,
  metadata: string | null | undefined,
): string {
  const extras = { ...grantExtras(installation), ...(typeof metadata === 'string' && { metadata }) }
  const custom_values = Object.keys(extras).length > 0 ? { [OURS]: extras } : {}
  // Python tells 1704164645.0 from 1704164645. Within a text the quotes would be escaped
  return JSON.stringify({ ...fields, custom_values }).replace(
    /"installed_at":(\d+)([,}])/,
    '"installed_at":$1.0$2',
  )
}
