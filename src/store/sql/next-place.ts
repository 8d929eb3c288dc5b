import type { InstallationFilter } from '../installation-store.js'
import type { Dialect } from './database.js'
import { keys, PLACE, type PlaceColumns, passes, placeColumns } from './place.js'
import { first, type Steps } from './steps.js'

/**
 * The first place after another that the filter lets through. It goes from place to place by an
 * index, so that it costs the same however many members there are.
 */
export function* nextPlace(
  dialect: Dialect,
  filter: InstallationFilter,
  after: PlaceColumns,
): Steps<PlaceColumns | undefined> {
  // A bot may be all that is left of a place; of a member it says nothing
  const tables = filter.userId === undefined ? ['slack_bots'] : []
  let nearest: PlaceColumns | undefined
  for (const table of ['slack_installations', ...tables]) {
    const row = yield* first(
      `select client_id, enterprise_id, team_id from ${table}
       where ${passes(dialect, filter)} ${keys(dialect, PLACE)} > (@afterClientId, @afterEnterpriseId, @afterTeamId)
       order by ${PLACE.map((column) => dialect.key(column)).join(', ')} limit 1`,
      {
        ...filter,
        afterClientId: after.clientId,
        afterEnterpriseId: after.enterpriseId,
        afterTeamId: after.teamId,
      },
    )
    const place = row && placeColumns(row)
    if (place && (nearest === undefined || isBefore(place, nearest))) nearest = place
  }
  return nearest
}

function isBefore(a: PlaceColumns, b: PlaceColumns): boolean {
  const [first, second] = [a, b].map((each) => [each.clientId, each.enterpriseId, each.teamId])
  const different = first?.findIndex((value, index) => value !== second?.[index]) ?? -1
  return different >= 0 && (first?.[different] ?? '') < (second?.[different] ?? '')
}
