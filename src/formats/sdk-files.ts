import type { Bot, Installation, TokenGrant } from '../slack/installation.ts'
import { Unusable } from './unusable.ts'

/** A file as it was found: its text, and when it was last written, Unix time in seconds. */
export interface StoredFile {
  readonly path: string
  readonly text: string
  readonly writtenAt: number
}

/** What is current of one key, such as `installer-U0123`, in a folder: it, and its newest history. */
export interface Entry {
  readonly latest?: StoredFile
  readonly history?: StoredFile & { readonly moment: string }
}

export interface PlaceName {
  readonly enterpriseId?: string | null | undefined
  readonly teamId?: string | null | undefined
}

/** The folder of one workspace or organization. */
export interface PlaceFolder extends PlaceName {
  readonly path: string
  readonly clientId: string
  /** By key. */
  readonly entries: ReadonlyMap<string, Entry>
}

/** Hears of what is left out, and why. */
type Note = (path: string, why: string) => void

export interface Notes {
  /** A file or folder that is not taken in at all. */
  readonly skip: Note
  /** Something in a file that is otherwise taken in. */
  readonly drop: Note
}

/** A file to be written, by its path below the store's folder. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** The layout of files that one of Slack's SDKs keeps installations in. */
export interface FileStoreFormat {
  /** The place that a folder below the store's, or below the app's, is for. */
  placeOf(name: string): PlaceName | undefined
  /** The app and the place in one name. */
  gluedPlaceOf(name: string): (PlaceName & { readonly clientId: string }) | undefined
  /** Of another key the files are none of the store's. */
  isKey(key: string): boolean
  read(folder: PlaceFolder, notes: Notes): Installation[]
  /**
   * The files of one place, those that are found first the last.
   *
   * @param changed those of the installations that are not in the folder already
   */
  write(installations: readonly Installation[], changed: readonly Installation[]): NewFile[]
}

/** `installer-U0123-latest` is the current file of a key, `installer-U0123-1704164645.25` an older one. */
export function parseFileName(name: string): { key: string; moment: string } | undefined {
  const [, key, moment] = /^(.+)-(latest|\d+(?:\.\d+)?)$/.exec(name) ?? []
  return key !== undefined && moment !== undefined ? { key, moment } : undefined
}

export function parseJsonObject(text: string): Record<string, unknown> {
  const value = jsonOf(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Unusable('it is no JSON object')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unusable('it is not JSON')
  }
}

/** A file must not be able to speak for another place than the one whose folder it is in. */
export function assertPlace(folder: PlaceFolder, given: PlaceName): void {
  const same =
    (given.enterpriseId ?? '') === (folder.enterpriseId ?? '') &&
    (given.teamId ?? '') === (folder.teamId ?? '')
  if (!same) throw new Unusable('it is for another place than its folder')
}

/** Nor for another member than the one whose name it has: `user-U0123`, `installer-U0123`. */
export function assertMember(key: string, { user }: Installation): void {
  const [, member] = key.split('-')
  if (member !== undefined && member !== user.id) {
    throw new Unusable('it is of another member than its name')
  }
}

/** Runs work on each file that is current; what makes it unusable is noted, and the rest goes on. */
export function eachEntry(
  folder: PlaceFolder,
  { skip }: Notes,
  work: (file: StoredFile, key: string, entry: Entry) => void,
): void {
  for (const [key, entry] of folder.entries) {
    const file = entry.latest ?? entry.history
    if (file === undefined) continue
    try {
      work(file, key, entry)
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      if (error.isHostile) throw new Unusable(`${file.path}: ${error.message}`, { isHostile: true })
      skip(file.path, error.message)
    }
  }
}

/** The newest installation of each member, each with the newest bot: that belongs to the place. */
export class PlaceContents {
  readonly #members = new Map<string, Installation>()
  #bot: (Installation & { readonly bot: Bot }) | undefined

  add(installation: Installation): void {
    const { id, grant } = installation.user
    const known = this.#members.get(id)
    if (
      id !== '' &&
      (known === undefined ||
        isNewer(installation.installedAt, grant, known.installedAt, known.user.grant))
    ) {
      this.#members.set(id, installation)
    }
    this.addBot(installation)
  }

  addBot({ bot, ...rest }: Installation): void {
    if (bot === undefined) return
    if (this.#bot && !isNewer(rest.installedAt, bot, this.#bot.installedAt, this.#bot.bot)) return
    this.#bot = { ...rest, bot }
  }

  /** A bot that was stored apart from its members, by a renewal or since they are gone, comes by itself as well. */
  installations(): Installation[] {
    const members = [...this.#members.values()]
    if (this.#bot === undefined) return members
    const { bot, installedAt } = this.#bot
    const withBot = members.map((each) => ({ ...each, bot }))
    if (members.some((each) => each.installedAt === installedAt)) return withBot
    const { incomingWebhook: _, otherWebhooks: __, metadata: ___, ...place } = this.#bot
    return [...withBot, { ...place, user: { id: '' } }]
  }
}

/** As the store judges copies: by when it was installed, and then by when it was renewed. */
function isNewer(
  at: number,
  grant: TokenGrant | undefined,
  knownAt: number,
  known: TokenGrant | undefined,
): boolean {
  if (at !== knownAt) return at > knownAt
  return (grant?.expiresAt ?? 0) > (known?.expiresAt ?? 0)
}

/** Installed last; the later of two that were installed at once. */
export function newestOf(installations: readonly Installation[]): Installation | undefined {
  return installations.reduce<Installation | undefined>(
    (newest, each) => (newest && newest.installedAt > each.installedAt ? newest : each),
    undefined,
  )
}
