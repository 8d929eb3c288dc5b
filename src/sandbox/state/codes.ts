import type { AuthorizeRequest } from '../authorize/authorize-request.ts'
import type { Channel, Member } from '../options.ts'
import type { Place } from './grant.ts'
import { randomCode } from './random.ts'

/** What a person allowed, and where. */
export interface Approval {
  readonly request: AuthorizeRequest
  readonly place: Place
  readonly member: Member
  readonly channel: Channel
}

export type Codes = ReturnType<typeof createCodes>

/** Authorization codes: good once, for ten minutes (Slack, "Installing with OAuth"). */
export function createCodes(lifetimeSeconds: number, now: () => number) {
  const codes = new Map<string, { approval: Approval; expiresAt: number }>()

  return {
    issue(approval: Approval): string {
      const code = randomCode()
      codes.set(code, { approval, expiresAt: now() + lifetimeSeconds })
      return code
    },

    /** What a live code stands for; asking does not spend it. */
    find(code: string): Approval | undefined {
      const held = codes.get(code)
      return held && held.expiresAt > now() ? held.approval : undefined
    },

    spend(code: string): void {
      codes.delete(code)
    },
  }
}
