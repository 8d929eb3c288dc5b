import type { App, Workspace } from '../options.ts'
import { type Place, placeId } from './grant.ts'
import { randomId, randomSecret } from './random.ts'

export type Webhooks = ReturnType<typeof createWebhooks>

/** The incoming webhooks that were installed, by their paths. */
export function createWebhooks(origin: string) {
  const installed = new Map<string, { app: App; teamId: string }>()

  return {
    /** A new one, as `oauth.v2.access` describes it. */
    add(app: App, { id: teamId }: Workspace): { configuration_url: string; url: string } {
      const webhookId = randomId('B')
      const path = `/services/${teamId}/${webhookId}/sandbox${randomSecret().slice(0, 24)}`
      installed.set(path, { app, teamId })
      return { configuration_url: `${origin}/services/${webhookId}`, url: `${origin}${path}` }
    },

    has(path: string): boolean {
      return installed.has(path)
    },

    /** They go with the bot (Slack, "auth.revoke"). */
    removeAll(app: App, place: Place): void {
      for (const [path, webhook] of installed) {
        if (webhook.app === app && webhook.teamId === placeId(place)) installed.delete(path)
      }
    },
  }
}
