import type { App } from '../options.ts'
import type { Apps } from './apps.ts'

export type Rotation = ReturnType<typeof createRotation>

/** Which apps rotate their tokens. "May not be turned off once it's turned on" (Slack). */
export function createRotation(apps: Apps) {
  const turnedOn = new Set<App>()

  return {
    isOn(app: App): boolean {
      return app.tokenRotation || turnedOn.has(app)
    },

    /** False when there is no such app. */
    turnOn(clientId: string | undefined): boolean {
      const app = apps.find(clientId)
      if (app) turnedOn.add(app)
      return app !== undefined
    },
  }
}
