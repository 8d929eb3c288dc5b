import type { RequestSource } from '../../flows/lookup/token-for-request.ts'

/** The ids that a payload names, as Slack sends them: an absent one as null, as '' or not at all. */
export interface NamedPlace {
  readonly teamId?: string | null | undefined
  readonly enterpriseId?: string | null | undefined
  readonly isEnterpriseInstall?: boolean
}

/** For which tenant a request came. An org-wide app can have its organization (`E…`) where others have their workspace. */
export function tenantOf({ teamId, enterpriseId, isEnterpriseInstall }: NamedPlace): RequestSource {
  const isOrganization = /^E/.test(teamId ?? '')
  const organization = isOrganization ? (teamId ?? '') : enterpriseId
  return {
    ...(organization && { enterpriseId: organization }),
    ...(teamId && !isOrganization && { teamId }),
    ...((isEnterpriseInstall || isOrganization) && organization && { isEnterpriseInstall: true }),
  }
}
