import { appsUrl, DEFAULT_SLACK_URL } from '../slack-url.ts'

/** The hint for a token that only a new installation replaces; a caller may know its options. */
export const REINSTALL = 'slack-oauth install'

export const APPS = appsUrl(DEFAULT_SLACK_URL)
export const CREDENTIALS = `Basic Information of the app at ${APPS}`
export const OAUTH_PAGE = `OAuth & Permissions of the app at ${APPS}`
export const LATER = 'It is a passing fault of Slack (https://slack-status.com): try again later'
export const AGAIN = 'A code is good once and for ten minutes: run the command again'
export const OUR_FAULT =
  'Slack does not understand what was sent: is a proxy in between that changes it? Else update slack-oauth, or report it'
export const MOVING = 'The workspace is moving into an organization: try again when it has'
export const ADMIN = 'The organization has to allow it: ask one of its admins'
export const CONFIG_TOKEN = `SLACK_CONFIG_TOKEN takes an app configuration token, which lives twelve hours: generate one at ${APPS}, or renew yours by tooling.tokens.rotate with its refresh token`
export const APP_ID = `Compare the App ID with ${CREDENTIALS}; the configuration token has to be of the workspace that the app was made in`

/** `invalid_auth` and `accesslimited` say nothing of the token: an address that is not allowed gets them too. */
export const ADDRESS = `Slack says this also to a request from an address that is not allowed: compare your network with the IP allow list under ${OAUTH_PAGE}. If the token itself is wrong: ${REINSTALL}`
