import type { GrantKey } from '../store/installation-store.js'

/** Whose token it is, as every command's JSON says it. */
export function grantKeyJson({ clientId, enterpriseId, teamId, userId }: GrantKey) {
  return {
    client_id: clientId,
    enterprise_id: enterpriseId ?? null,
    team_id: teamId ?? null,
    kind: userId === undefined ? 'bot' : 'user',
    user_id: userId ?? null,
  }
}
