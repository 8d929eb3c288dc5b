import type {
  App,
  AppOptions,
  Enterprise,
  EnterpriseOptions,
  Member,
  MemberOptions,
  RequestUrls,
  Workspace,
  WorkspaceOptions,
} from './options.ts'

/** Codes live ten minutes (Slack, "Installing with OAuth"). */
export const CODE_LIFETIME_SECONDS = 600
/** Rotating tokens live 12 hours (Slack, "Using token rotation"). */
export const TOKEN_LIFETIME_SECONDS = 43_200
/** Slack promises "a short grace period" and gives no number. */
export const REFRESH_GRACE_SECONDS = 60
/** `exp` minus `iat` in the ID token of Slack's documentation. */
export const ID_TOKEN_LIFETIME_SECONDS = 300
/** On an app with PKCE, refresh tokens live 30 days (Slack, "Using PKCE"). */
export const PKCE_REFRESH_LIFETIME_SECONDS = 30 * 24 * 60 * 60

export const defaultEnterprises: readonly EnterpriseOptions[] = [
  { id: 'E0SANDBOX01', name: 'Sandbox Org' },
]

/** One workspace on its own and, where there is an organization, one inside it. */
export function defaultWorkspaces(enterprises: readonly Enterprise[]): WorkspaceOptions[] {
  const alone = {
    id: 'T0SANDBOX01',
    name: 'Acme Sandbox',
    members: [
      { id: 'U0ALICE0001', name: 'Alice Example' },
      { id: 'U0BOB000001', name: 'Bob Example' },
    ],
  }
  const [enterprise] = enterprises
  if (!enterprise) return [alone]
  const inside = {
    id: 'T0SANDBOX02',
    name: 'Org Workspace',
    enterpriseId: enterprise.id,
    members: [
      { id: 'W0CAROL0001', name: 'Carol Example' },
      { id: 'W0DAVE00001', name: 'Dave Example' },
    ],
  }
  return [alone, inside]
}

type Loose<T> = { [K in keyof T]?: T[K] | undefined }

function withoutAbsent({ events, commands, interactivity }: Loose<RequestUrls>): RequestUrls {
  return {
    ...(events !== undefined && { events }),
    ...(commands !== undefined && { commands }),
    ...(interactivity !== undefined && { interactivity }),
  }
}

/** `index` keeps the ids of several apps apart when none are given. */
export function completeApp(
  given: Loose<Omit<AppOptions, 'requestUrls'>> & { requestUrls?: Loose<RequestUrls> | undefined },
  index: number,
): App {
  return {
    name: given.name ?? (index === 0 ? 'Sandbox App' : `Sandbox App ${index + 1}`),
    appId: given.appId ?? `A0SANDBOX${String(index + 1).padStart(2, '0')}`,
    clientId: given.clientId ?? `1111111111.${2_222_222_222 + index}`,
    clientSecret: given.clientSecret ?? 'sandbox-client-secret',
    signingSecret: given.signingSecret ?? 'sandbox-signing-secret',
    requestUrls: withoutAbsent(given.requestUrls ?? {}),
    redirectUris: given.redirectUris ?? ['http://localhost:8910/slack/oauth_redirect'],
    tokenRotation: given.tokenRotation ?? false,
    pkce: given.pkce ?? false,
    distributed: given.distributed ?? true,
    orgInstall: given.orgInstall ?? true,
    botUser: given.botUser ?? true,
    optionalScopes: given.optionalScopes ?? [],
    optionalUserScopes: given.optionalUserScopes ?? [],
  }
}

export function completeEnterprise(
  given: Loose<EnterpriseOptions> & Pick<Enterprise, 'id' | 'name'>,
): Enterprise {
  return { id: given.id, name: given.name, domain: given.domain ?? domainOf(given) }
}

export function completeWorkspace(
  given: Loose<Omit<WorkspaceOptions, 'members'>> &
    Pick<Workspace, 'id' | 'name'> & { members?: readonly LooseMember[] | undefined },
): Workspace {
  const members = given.members ?? [{ id: 'U0ALICE0001', name: 'Alice Example' }]
  return {
    id: given.id,
    name: given.name,
    domain: given.domain ?? domainOf(given),
    ...(given.enterpriseId ? { enterpriseId: given.enterpriseId } : {}),
    members: members.map(completeMember),
  }
}

type LooseMember = Loose<MemberOptions> & Pick<Member, 'id' | 'name'>

function completeMember({ id, name, email }: LooseMember): Member {
  return { id, name, email: email ?? `${handle(name)}@example.com` }
}

/** What Slack shows for a user in auth.test: the first word of the name, in lower case. */
export function handle(name: string): string {
  return toDomain(name.split(' ')[0] ?? '') || 'user'
}

/** A name without Latin letters leaves nothing to make a domain of. */
function domainOf({ id, name }: { readonly id: string; readonly name: string }): string {
  return toDomain(name) || id.toLowerCase()
}

function toDomain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
