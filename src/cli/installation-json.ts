import { toFlat } from '../formats/to-flat.js'
import { redactToken } from '../redact.js'
import type { Installation } from '../slack/installation.js'

/**
 * An installation as a flat JSON object, its fields named as in Slack's Python SDK
 * (`Installation.to_dict`), absent ones null, times in Unix seconds.
 */
export function installationJson(
  installation: Installation,
  { reveal }: { reveal: boolean },
): Record<string, unknown> {
  const shown: Record<string, unknown> = toFlat(installation)
  if (reveal) return shown
  for (const name of Object.keys(shown)) {
    const value = shown[name]
    if (typeof value === 'string') shown[name] = redacted(name, value)
  }
  return shown
}

function redacted(name: string, value: string): string {
  if (name === 'incoming_webhook_url' || name === 'metadata') return '***'
  return name.endsWith('_token') ? redactToken(value) : value
}
