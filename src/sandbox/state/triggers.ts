import type { App } from '../options.ts'
import { Refusal } from '../refusal.ts'
import { randomDigits, randomSecret } from './random.ts'

/** A trigger is good for three seconds (Slack, "Handling user interaction"). */
const LIFETIME_SECONDS = 3
const REMEMBERED = 1_000

export type Triggers = ReturnType<typeof createTriggers>

/** The `trigger_id` of each command and interaction, with which the app may open one view. */
export function createTriggers(now: () => number) {
  const issued = new Map<string, { app: App; issuedAt: number; isExchanged: boolean }>()

  return {
    issue(app: App): string {
      const id = `${randomDigits()}.${randomDigits()}.${randomSecret()}`
      issued.set(id, { app, issuedAt: now(), isExchanged: false })
      const [oldest] = issued.keys()
      if (issued.size > REMEMBERED && oldest !== undefined) issued.delete(oldest)
      return id
    },

    /** Throws the Refusal of one that is not this app's, used, or too old. */
    exchange(id: string, app: App): void {
      const trigger = issued.get(id)
      if (!trigger || trigger.app !== app) throw new Refusal('invalid_trigger_id')
      if (trigger.isExchanged) throw new Refusal('exchanged_trigger_id')
      if (trigger.issuedAt + LIFETIME_SECONDS < now()) throw new Refusal('expired_trigger_id')
      trigger.isExchanged = true
    },
  }
}
