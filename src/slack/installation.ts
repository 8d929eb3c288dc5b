/** A token with what renews it. */
export interface TokenGrant {
  readonly token: string
  /** Absent where token rotation is off. */
  readonly refreshToken?: string
  /** Unix time in seconds; absent for a token that does not expire. */
  readonly expiresAt?: number
  readonly scopes: readonly string[]
  /** Granted to a public client (PKCE), which renews it without a secret. */
  readonly isPublicClient?: boolean
  /** Unix time in seconds; absent for a refresh token that does not expire. */
  readonly refreshTokenExpiresAt?: number
  /** Why Slack would not renew this token, and when it said so, in Unix time. */
  readonly failure?: { readonly code: string; readonly at: number }
}

/** The app's bot in a workspace, or in a whole organization. One for all who installed it there. */
export interface Bot extends TokenGrant {
  /** `B…`, which only auth.test tells; absent when it could not be asked. */
  readonly id?: string
  readonly userId: string
}

/** The member who installed the app, with a token of their own where user scopes were granted. */
export interface InstallingUser {
  readonly id: string
  readonly grant?: TokenGrant
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; the URL is a secret. */
export interface IncomingWebhook {
  readonly url: string
  readonly channel?: string
  readonly channelId?: string
  readonly configurationUrl?: string
}

/**
 * One member's installation of one app in one place: a workspace, or (`isEnterpriseInstall`) a
 * whole Enterprise organization, which then has no `team`.
 */
export interface Installation {
  readonly clientId: string
  readonly appId: string
  readonly enterprise?: { readonly id: string; readonly name?: string; readonly url?: string }
  readonly team?: { readonly id: string; readonly name?: string }
  readonly bot?: Bot
  readonly user: InstallingUser
  /** That of the newest installation which asked for one. */
  readonly incomingWebhook?: IncomingWebhook
  /** Those of the same member's earlier installations, the newest first: Slack honours each of them. */
  readonly otherWebhooks?: readonly IncomingWebhook[]
  readonly isEnterpriseInstall: boolean
  /** As Slack says it: `bot`, or nothing for a user-only installation. */
  readonly tokenType?: string
  /** What an app of Bolt for JavaScript wants to remember; not in the tables of the Python SDK. */
  readonly metadata?: string
  /** Unix time in seconds, with milliseconds as its fraction. */
  readonly installedAt: number
}

/** Where an installation is, in words: "Acme (T0123)" or "the organization Acme Org (E0123)". */
export function placeName({ enterprise, team }: Pick<Installation, 'enterprise' | 'team'>): string {
  if (team) return team.name ? `${team.name} (${team.id})` : team.id
  if (!enterprise) return 'an unknown workspace'
  const name = enterprise.name ? `${enterprise.name} (${enterprise.id})` : enterprise.id
  return `the organization ${name}`
}

/**
 * Where an admin adds an app that was installed for a whole organization to its workspaces: at first it
 * is in none. Undefined for any other installation.
 *
 * @param slackUrl the origin of Slack; a sandbox answers for itself
 * @see https://docs.slack.dev/enterprise/developing-for-enterprise-orgs
 */
export function addWorkspacesUrl(
  { isEnterpriseInstall, enterprise, appId }: Installation,
  slackUrl: string,
): string | undefined {
  if (!isEnterpriseInstall || !enterprise) return undefined
  const { protocol, host } = new URL(slackUrl)
  const origin = protocol === 'https:' ? `https://app.${host}` : slackUrl
  const [organization, app] = [enterprise.id, appId].map(encodeURIComponent)
  return `${origin}/manage/${organization}/integrations/profile/${app}/workspaces/add`
}
