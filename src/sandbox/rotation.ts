import type { App } from './options.js'

export type Rotation = ReturnType<typeof createRotation>

/** Which apps rotate their tokens. "May not be turned off once it's turned on" (Slack). */
export function createRotation(apps: readonly App[]) {
  const rotating = new Set(apps.filter(({ tokenRotation }) => tokenRotation))

  return {
    isOn(app: App): boolean {
      return rotating.has(app)
    },

    /** False when there is no such app. */
    turnOn(clientId: string | undefined): boolean {
      const app = apps.find((each) => each.clientId === clientId)
      if (app) rotating.add(app)
      return app !== undefined
    },
  }
}
