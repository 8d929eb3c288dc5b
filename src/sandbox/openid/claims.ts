import type { Json } from '../http/response.ts'
import type { Grant } from '../state/grant.ts'

/** When the addresses of the made-up members were confirmed: the day of Slack's own example. */
const EMAIL_VERIFIED_AT = 1_622_128_723

/** Slack's claims about a member, as far as the scopes go, for the ID token and userInfo alike. */
export function memberClaims({ place, userId, member, scopes }: Grant): Json {
  return {
    sub: userId,
    'https://slack.com/user_id': userId,
    'https://slack.com/team_id': place.team?.id,
    ...(scopes.includes('email') && member
      ? { email: member.email, email_verified: true, date_email_verified: EMAIL_VERIFIED_AT }
      : {}),
    ...(scopes.includes('profile') && member ? nameClaims(member.name) : {}),
  }
}

function nameClaims(name: string): Json {
  const [givenName = '', ...rest] = name.split(' ')
  return { name, given_name: givenName, family_name: rest.join(' '), locale: 'en-US' }
}

/** What userInfo says of the workspace and the ID token does not. */
export function placeClaims({ place, scopes }: Grant): Json {
  const { team, enterprise } = place
  return {
    ...(enterprise ? { 'https://slack.com/enterprise_id': enterprise.id } : {}),
    ...(scopes.includes('profile')
      ? {
          'https://slack.com/team_name': team?.name,
          'https://slack.com/team_domain': team?.domain,
          ...(enterprise
            ? {
                'https://slack.com/enterprise_name': enterprise.name,
                'https://slack.com/enterprise_domain': enterprise.domain,
              }
            : {}),
          'https://slack.com/team_image_default': true,
        }
      : {}),
  }
}

/** A member that nobody is, for an answer about the wrong person. */
export const WRONG_SUBJECT = 'U0MALLORY01'
