import type { Json } from '../http/response.ts'
import { randomSecret } from './random.ts'

/** "Up to 5 times within 30 minutes" (Slack, "Handling user interaction"). */
const MOST_USES = 5
const LIFETIME_SECONDS = 1_800
const REMEMBERED = 1_000

export type Responses = ReturnType<typeof createResponses>

/** The `response_url` of each command and interaction, and what the app said there. */
export function createResponses(origin: string, now: () => number) {
  const issued = new Map<string, { issuedAt: number; uses: number }>()
  const messages: Json[] = []

  return {
    issue(): string {
      const path = `/commands/sandbox${randomSecret()}`
      issued.set(path, { issuedAt: now(), uses: 0 })
      const [oldest] = issued.keys()
      if (issued.size > REMEMBERED && oldest !== undefined) issued.delete(oldest)
      return `${origin}${path}`
    },

    /** False for a URL that was never given, is too old, or was used up. */
    take(path: string, message: Json): boolean {
      const found = issued.get(path)
      if (!found || found.issuedAt + LIFETIME_SECONDS < now() || found.uses >= MOST_USES) {
        return false
      }
      found.uses += 1
      messages.push(message)
      if (messages.length > REMEMBERED) messages.shift()
      return true
    },

    list: (): readonly Json[] => messages,
  }
}
