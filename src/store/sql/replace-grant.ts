import type { TokenGrant } from '../../slack/installation.ts'
import type { GrantKey } from '../installation-store.ts'
import type { Dialect } from './database.ts'
import { saveGrantDetails } from './details-table.ts'
import { currentBot, findInstallation } from './lookup.ts'
import { atPlace, ofMember, type PlaceColumns } from './place.ts'
import { rows, type Steps } from './steps.ts'
import { grantColumns } from './to-row.ts'

/**
 * One token for another, in every row that has it, if it is still the stored one (compare and swap).
 * No row is added and `installed_at` stays, so that what counts as the newest does not change.
 */
export function* replaceGrant(
  dialect: Dialect,
  { clientId, enterpriseId = '', teamId = '', userId }: GrantKey,
  previous: TokenGrant,
  next: TokenGrant,
): Steps<boolean> {
  const place: PlaceColumns = { clientId, enterpriseId, teamId }
  const stored =
    userId === undefined
      ? yield* currentBot(dialect, place)
      : (yield* findInstallation(dialect, place, userId))?.user.grant
  if (stored?.token !== previous.token || stored.refreshToken !== previous.refreshToken) {
    return false
  }
  if (userId === undefined) {
    yield* setColumns(dialect, 'slack_bots', 'bot', { ...place }, next)
    yield* setColumns(dialect, 'slack_installations', 'bot', { ...place }, next)
  } else {
    yield* setColumns(dialect, 'slack_installations', 'user', { ...place, userId }, next)
  }
  yield* saveGrantDetails(place, userId, next)
  return true
}

function* setColumns(
  dialect: Dialect,
  table: string,
  kind: 'bot' | 'user',
  key: PlaceColumns & { readonly userId?: string },
  grant: TokenGrant,
): Steps<void> {
  const values = grantColumns(dialect, kind, grant, { userId: '', ...key })
  const assignments = Object.keys(values).map((column) => `${column} = @${column}`)
  const member = key.userId === undefined ? '' : `and ${ofMember(dialect)}`
  yield* rows(
    `update ${table} set ${assignments.join(', ')}
     where ${atPlace(dialect)} ${member} and ${kind}_token <> ''`,
    { ...key, ...values },
  )
}
