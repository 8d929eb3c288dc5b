import type { App } from '../options.ts'
import { type Place, placeId } from './grant.ts'
import { randomId } from './random.ts'

export interface Bot {
  readonly userId: string
  readonly botId: string
}

export type WorkspaceBots = ReturnType<typeof createWorkspaceBots>

/** An app has one bot in each place, the same however often it is installed there. */
export function createWorkspaceBots() {
  const bots = new Map<string, Bot>()

  return (app: App, place: Place): Bot => {
    const key = `${app.appId} ${placeId(place)}`
    const bot = bots.get(key) ?? { userId: randomId('U'), botId: randomId('B') }
    bots.set(key, bot)
    return bot
  }
}
