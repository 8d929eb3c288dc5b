import { redactToken } from '../base/redact.ts'
import { toFlat } from '../formats/to-flat.ts'
import type { Installation } from '../slack/installation.ts'
import type { GrantKey } from '../store/installation-store.ts'

/** Whose token it is, as every command's JSON says it. */
export function grantKeyJson({ clientId, enterpriseId, teamId, userId }: GrantKey) {
  return {
    client_id: clientId,
    enterprise_id: enterpriseId || null,
    team_id: teamId ?? null,
    kind: userId === undefined ? 'bot' : 'user',
    user_id: userId ?? null,
  }
}

/**
 * An installation as a flat JSON object, its fields named as in Slack's Python SDK
 * (`Installation.to_dict`), absent ones null, times in Unix seconds.
 */
export function installationJson(
  installation: Installation,
  { reveal }: { reveal: boolean },
): Record<string, unknown> {
  const flat = toFlat(installation)
  const shown: Record<string, unknown> = { ...flat }
  if (reveal) return shown
  for (const name of Object.keys(shown)) {
    const value = shown[name]
    if (typeof value === 'string') shown[name] = redacted(name, value)
  }
  const { other_incoming_webhooks: others } = flat
  if (others) shown.other_incoming_webhooks = others.map((each) => ({ ...each, url: '***' }))
  return shown
}

function redacted(name: string, value: string): string {
  if (name === 'incoming_webhook_url' || name === 'metadata') return '***'
  return name.endsWith('_token') ? redactToken(value) : value
}
