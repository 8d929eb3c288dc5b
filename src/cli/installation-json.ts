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
  return Object.fromEntries(
    Object.entries(toFlat(installation)).map(([name, value]) => [
      name,
      reveal || typeof value !== 'string' ? value : redacted(name, value),
    ]),
  )
}

function redacted(name: string, value: string): string {
  if (name === 'incoming_webhook_url' || name === 'metadata') return '***'
  return name.endsWith('_token') ? redactToken(value) : value
}
