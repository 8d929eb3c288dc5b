import type { Fault } from './faults/faults.ts'

/** An app as Slack's app settings hold it. */
export interface App {
  readonly name: string
  readonly appId: string
  readonly clientId: string
  readonly clientSecret: string
  /** What requests to the app are signed with. */
  readonly signingSecret: string
  /** Where those go, each kind to its own URL. */
  readonly requestUrls: RequestUrls
  /** Matched by scheme, host, port and path prefix; the first serves when none is passed. */
  readonly redirectUris: readonly string[]
  /** Tokens live 12 hours and come with a refresh token. */
  readonly tokenRotation: boolean
  /** Marks a public client: its localhost redirects become desktop redirects, without bot scopes. */
  readonly pkce: boolean
  /** An undistributed app installs only in the sandbox's first workspace. */
  readonly distributed: boolean
  /** May be installed for a whole Enterprise organization. */
  readonly orgInstall: boolean
  readonly botUser: boolean
  /** Bot scopes that a person may decline; each has to be asked for as well. */
  readonly optionalScopes: readonly string[]
  readonly optionalUserScopes: readonly string[]
}

export interface RequestUrls {
  readonly events?: string
  readonly commands?: string
  readonly interactivity?: string
}

export interface Member {
  readonly id: string
  readonly name: string
  readonly email: string
}

export interface Enterprise {
  readonly id: string
  readonly name: string
  readonly domain: string
}

export interface Workspace {
  readonly id: string
  readonly name: string
  readonly domain: string
  /** Absent for a workspace outside every organization. */
  readonly enterpriseId?: string
  readonly members: readonly Member[]
}

export type AppOptions = Partial<App>
export type MemberOptions = Pick<Member, 'id' | 'name'> & Partial<Member>
export type EnterpriseOptions = Pick<Enterprise, 'id' | 'name'> & Partial<Enterprise>
export type WorkspaceOptions = Pick<Workspace, 'id' | 'name'> &
  Partial<Omit<Workspace, 'members'>> & { readonly members?: readonly MemberOptions[] }

/** Whether a person presses Allow, or the authorize URL answers at once as if one had. */
export type Consent = 'page' | 'allow' | 'cancel'

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly apps?: readonly AppOptions[]
  readonly enterprises?: readonly EnterpriseOptions[]
  readonly workspaces?: readonly WorkspaceOptions[]
  readonly consent?: Consent
  readonly codeLifetimeSeconds?: number
  /** Of rotating tokens; the others never expire. */
  readonly tokenLifetimeSeconds?: number
  /** How long a refresh token still works after its first use. */
  readonly refreshGraceSeconds?: number
  /** Of the refresh tokens of an app with PKCE; those of others live for ever. */
  readonly pkceRefreshLifetimeSeconds?: number
  readonly idTokenLifetimeSeconds?: number
  readonly faults?: readonly Fault[]
}

/** The options with every default filled in. */
export interface Settings {
  readonly apps: readonly App[]
  readonly enterprises: readonly Enterprise[]
  readonly workspaces: readonly Workspace[]
  readonly consent: Consent
  readonly codeLifetimeSeconds: number
  readonly tokenLifetimeSeconds: number
  readonly refreshGraceSeconds: number
  readonly pkceRefreshLifetimeSeconds: number
  readonly idTokenLifetimeSeconds: number
}

/** The channels that an incoming webhook can post to, the same in every workspace. */
export const channels = [
  { id: 'C0GENERAL01', name: 'general' },
  { id: 'C0RANDOM001', name: 'random' },
] as const

export type Channel = (typeof channels)[number]
