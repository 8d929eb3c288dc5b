import { type ErrorCode, SlackOAuthError } from '../errors.js'

/** Passing faults of Slack's own, for every method. https://docs.slack.dev/reference/methods */
const TRANSIENT = new Set([
  'internal_error',
  'fatal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
])

const SETTINGS = 'https://api.slack.com/apps, under Basic Information'

/** Those of Slack's error words that we have advice on; every other passes through as it is. */
const advice: Record<string, { code: ErrorCode; hint: string }> = {
  access_denied: { code: 'access_denied', hint: 'Run the command again to try once more' },
  bad_client_secret: {
    code: 'invalid_client',
    hint: `Compare SLACK_CLIENT_SECRET with the Client Secret at ${SETTINGS}`,
  },
  invalid_client: {
    code: 'invalid_client',
    hint: `Compare SLACK_CLIENT_ID and SLACK_CLIENT_SECRET with ${SETTINGS}`,
  },
  invalid_client_id: {
    code: 'invalid_client',
    hint: `Compare SLACK_CLIENT_ID with the Client ID at ${SETTINGS}`,
  },
  bad_redirect_uri: {
    code: 'invalid_redirect_uri',
    hint: 'Register the redirect URI, letter by letter, under OAuth & Permissions of the app',
  },
  invalid_code: {
    code: 'authorization_failed',
    hint: 'A code is good once and for ten minutes: run the command again',
  },
  invalid_grant: {
    code: 'authorization_failed',
    hint: 'A code is good once and for ten minutes: run the command again',
  },
  ratelimited: { code: 'rate_limited', hint: 'Try again later' },
  invalid_scope: {
    code: 'invalid_scope',
    hint: 'Compare the scopes with https://docs.slack.dev/reference/scopes',
  },
  no_scopes: { code: 'missing_setting', hint: 'Name scopes with --scopes or --user-scopes' },
  invalid_team_for_non_distributed_app: {
    code: 'authorization_failed',
    hint: 'An app that is not distributed installs only in the workspace it was made in: choose that one',
  },
  scope_not_allowed_on_enterprise: {
    code: 'invalid_scope',
    hint: 'Choose a workspace instead of the organization, or leave that scope out',
  },
  cannot_install_an_org_installed_app: {
    code: 'authorization_failed',
    hint: 'The app is installed for the whole organization already: choose the organization',
  },
  oauth_authorization_url_mismatch: {
    code: 'authorization_failed',
    hint: 'The code came from another kind of sign-in: close other Slack tabs and run the command again',
  },
  pkce_not_allowed: {
    code: 'authorization_failed',
    hint: 'Leave --pkce out and use the client secret; or turn PKCE on under OAuth & Permissions of the app, which nothing turns off again and which takes bot scopes from localhost',
  },
  invalid_code_verifier: {
    code: 'authorization_failed',
    hint: 'The verifier of PKCE (--pkce) and the code are of different runs: run the command again',
  },
  client_id_token_mismatch: {
    code: 'invalid_client',
    hint: 'The token belongs to another app: name its Client ID and secret',
  },
  no_permission: {
    code: 'authorization_failed',
    hint: 'Slack does not let this token do that: use a user token, or remove the app in Slack',
  },
  token_rotation_not_enabled: {
    code: 'authorization_failed',
    hint: 'Turn token rotation on under OAuth & Permissions of the app (it cannot be turned off again)',
  },
  token_already_exchanged: {
    code: 'authorization_failed',
    hint: 'Use the pair that it was exchanged for; where that is lost: slack-oauth install',
  },
  invalid_token: {
    code: 'authorization_failed',
    hint: "Only this app's own tokens can be exchanged, and only those that do not expire",
  },
  authorization_not_found: { code: 'token_revoked', hint: 'slack-oauth install' },
  invalid_refresh_token: { code: 'refresh_token_invalid', hint: 'slack-oauth install' },
  team_access_not_granted: {
    code: 'authorization_failed',
    hint: 'The organization has not let the app into this workspace: ask an admin to add it there',
  },
  not_allowed_token_type: { code: 'authorization_failed', hint: 'slack-oauth install' },
  invalid_auth: { code: 'token_revoked', hint: 'slack-oauth install' },
  account_inactive: { code: 'token_revoked', hint: 'slack-oauth install' },
  token_revoked: { code: 'token_revoked', hint: 'slack-oauth install' },
  token_expired: { code: 'token_expired', hint: 'slack-oauth install' },
}

/**
 * The error for an `ok: false` of Slack, or for an `error` in its redirect. Slack's word stays
 * verbatim in the message.
 */
export function slackError(where: string, word: string): SlackOAuthError {
  if (word === 'access_denied' && where === 'redirect') {
    return new SlackOAuthError('access_denied', 'Cancelled on Slack\'s page ("access_denied")', {
      hint: 'Run the command again and press Allow',
    })
  }
  const message = `Slack answered "${shortened(word)}" (${where})`
  if (TRANSIENT.has(word)) {
    return new SlackOAuthError('slack_unavailable', message, { hint: 'Try again later' })
  }
  const known = advice[word]
  if (known) return new SlackOAuthError(known.code, message, { hint: known.hint })
  return new SlackOAuthError('authorization_failed', message)
}

/** A redirect may say anything as its error: one line of it is enough. */
function shortened(word: string): string {
  return word.replace(/[\p{Cc}"]/gu, ' ').slice(0, 100)
}
