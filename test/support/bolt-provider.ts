import { InstallProvider } from '@slack/oauth'
import { installationStore } from '../../src/bolt.ts'
import type { Installed } from './installed.ts'

/** The sandbox's first workspace, as Bolt asks for it. */
export const QUERY = {
  teamId: 'T0SANDBOX01',
  enterpriseId: undefined,
  isEnterpriseInstall: false,
} as const

export interface BoltOptions {
  /** The store has the client secret, and renews tokens before Bolt does. */
  readonly renews?: boolean
  readonly warn?: (message: string) => void
}

/** The store of an installed app, as Bolt opens it. */
export function boltStore(app: Installed, { renews = false, warn }: BoltOptions = {}) {
  const { SLACK_CLIENT_ID: clientId = '', SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
  return installationStore({
    db: app.cli.db,
    clientId,
    slackUrl: app.slack.url,
    ...(renews && { clientSecret }),
    ...(warn && { warn }),
  })
}

/** Slack's own SDK over that store. */
export function boltProvider(app: Installed, options?: BoltOptions): InstallProvider {
  const { SLACK_CLIENT_ID: clientId = '', SLACK_CLIENT_SECRET: clientSecret = '' } = app.env
  return new InstallProvider({
    clientId,
    clientSecret,
    stateSecret: 'a state secret of the tests',
    clientOptions: { slackApiUrl: `${app.slack.url}/api/` },
    installationStore: boltStore(app, options),
  })
}
