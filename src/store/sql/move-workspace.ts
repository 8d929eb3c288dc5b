import type { Installation } from '../../slack/installation.ts'
import type { Dialect } from './database.ts'
import { deleteBot, deleteInstallation } from './delete.ts'
import { type Cursor, listPage, START } from './list.ts'
import { merge } from './merge.ts'
import { type PlaceColumns, placesOfWorkspace } from './place.ts'
import { placeOf } from './save.ts'
import type { Steps } from './steps.ts'

/**
 * Brings what is stored of a workspace to where Slack says that it is now: a workspace that joins an
 * organization keeps its id, and Slack honours the tokens from before. Without this it would be stored
 * twice, under its organization and outside any.
 */
export function* moveWorkspace(
  dialect: Dialect,
  { enterprise, ...given }: Installation,
): Steps<void> {
  const { clientId, team, isEnterpriseInstall } = given
  if (isEnterpriseInstall || !team) return
  for (const place of yield* placesOfWorkspace(dialect, { clientId, teamId: team.id })) {
    if (place.enterpriseId === (enterprise?.id ?? '')) continue
    const stored = yield* allOf(dialect, place)
    yield* deleteBot(dialect, place)
    yield* deleteInstallation(dialect, place, undefined)
    yield* merge(
      dialect,
      stored.map(({ enterprise: _, ...each }) => ({ ...each, ...(enterprise && { enterprise }) })),
    )
  }
}

/**
 * Copies from elsewhere, each in the place where its workspace is stored already, unless it is newer than all
 * that is stored of that.
 */
export function* inStoredPlace(dialect: Dialect, given: Installation): Steps<Installation> {
  const { clientId, team, isEnterpriseInstall } = given
  if (isEnterpriseInstall || !team) return given
  const { enterpriseId } = placeOf(given)
  const [place] = yield* placesOfWorkspace(dialect, { clientId, teamId: team.id, enterpriseId })
  if (place === undefined || place.enterpriseId === enterpriseId) return given
  const stored = yield* allOf(dialect, place)
  if (stored.every(({ installedAt }) => installedAt < given.installedAt)) {
    yield* moveWorkspace(dialect, given)
    return given
  }
  const { enterprise: _, ...rest } = given
  const enterprise = stored[0]?.enterprise
  return { ...rest, ...(enterprise && { enterprise }) }
}

function* allOf(dialect: Dialect, place: PlaceColumns): Steps<Installation[]> {
  const found: Installation[] = []
  for (let after: Cursor | undefined = START; after !== undefined; ) {
    const from: Cursor = after
    const page = yield* listPage(dialect, { ...place }, from)
    const [damaged] = page.damaged
    if (damaged) throw damaged.error
    found.push(...page.installations)
    after = page.next
  }
  return found
}
