import type { App } from '../options.ts'

export type Apps = ReturnType<typeof createApps>

/** The apps there are, by their client ids. */
export function createApps(first: readonly App[]) {
  const apps = [...first]

  return {
    list(): readonly App[] {
      return apps
    },

    find(clientId: string | undefined): App | undefined {
      return apps.find((app) => app.clientId === clientId)
    },

    add(app: App): void {
      apps.push(app)
    },
  }
}
