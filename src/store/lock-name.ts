import type { GrantKey } from './installation-store.ts'

/** One token's name among locks: the same in every process, and fit for a file name. */
export function lockName({
  clientId,
  enterpriseId = '',
  teamId = '',
  userId = '',
}: GrantKey): string {
  // Loaded here alone: `token` is run in shell prompts, and most of the time needs no lock
  const { createHash } = process.getBuiltinModule('node:crypto')
  const key = JSON.stringify([clientId, enterpriseId, teamId, userId])
  return createHash('sha256').update(key).digest('hex').slice(0, 16)
}
