import { SlackOAuthError } from '../base/errors.ts'
import type { DamagedInstallation } from '../store/installation-store.ts'
import type { Context } from './context.ts'
import { warn } from './terminal/output.ts'

/** Names each installation that a command has left out. */
export async function warnOfDamaged(
  context: Context,
  damaged: readonly DamagedInstallation[],
): Promise<void> {
  for (const { userId, teamId, enterpriseId, error } of damaged) {
    await warn(context, `Left out ${userId} in ${teamId ?? enterpriseId}: ${error.message}`)
  }
}

/**
 * For the end of a command, when all that is whole was dealt with.
 *
 * @throws SlackOAuthError `store_corrupt` where something was not
 */
export function assertUndamaged(damaged: readonly DamagedInstallation[]): void {
  const [first] = damaged
  if (first === undefined) return
  const count = damaged.length
  const what = count === 1 ? '1 installation is damaged' : `${count} installations are damaged`
  throw new SlackOAuthError('store_corrupt', `${what}, and left out`, {
    ...(first.error.hint !== undefined && { hint: first.error.hint }),
    cause: first.error,
  })
}
