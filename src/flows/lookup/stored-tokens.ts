import { type Installation, placeName, type TokenGrant } from '../../slack/installation.ts'
import type {
  GrantKey,
  InstallationFilter,
  InstallationStore,
  Place,
} from '../../store/installation-store.ts'
import { exactly, findAt } from './find-installation.ts'

/** A stored token, and where it is good. */
export interface StoredGrant {
  readonly key: GrantKey
  readonly grant: TokenGrant
  /** The place in words. */
  readonly place: string
  /** Whose token it is by what is stored, the bot's own id for a bot; absent where that is unknown. */
  readonly userId?: string
}

/** Every token that the filter lets through, the bot's before those of the members of its place. */
export async function* storedGrants(
  installations: InstallationStore,
  filter: InstallationFilter,
): AsyncGenerator<StoredGrant> {
  for await (const place of installations.places(filter)) {
    yield* grantsOfPlace(installations, place)
  }
}

/** The tokens of one place. */
export async function* grantsOfPlace(
  installations: InstallationStore,
  place: Place,
): AsyncGenerator<StoredGrant> {
  const bot = await storedGrant(installations, place)
  if (bot) yield bot
  for await (const installation of installations.list(exactly(place))) {
    const { user } = installation
    if (user.grant) yield ofMember(place, installation, user.grant)
  }
}

/** The token that a key names, undefined where it is gone. */
export async function storedGrant(
  installations: InstallationStore,
  key: GrantKey,
): Promise<StoredGrant | undefined> {
  const found = await findAt(installations, key)
  if (found === undefined) return undefined
  // All of it in one look: there may be a million of them
  const grant = key.userId === undefined ? found.bot : found.user.grant
  const userId = key.userId ?? found.bot?.userId
  return grant && { key, grant, place: placeName(found), ...(userId && { userId }) }
}

function ofMember(place: Place, installation: Installation, grant: TokenGrant): StoredGrant {
  const userId = installation.user.id
  return { key: { ...place, userId }, grant, place: placeName(installation), userId }
}
