import type { ErrorCode } from '../../base/errors.ts'
import {
  ADDRESS,
  ADMIN,
  AGAIN,
  APP_ID,
  APPS,
  CONFIG_TOKEN,
  CREDENTIALS,
  LATER,
  MOVING,
  OAUTH_PAGE,
  OUR_FAULT,
  REINSTALL,
} from './error-hints.ts'

export type Table = Readonly<Record<string, readonly [code: ErrorCode, hint: string]>>

/**
 * The error words that Slack documents for what we ask of it, whichever method they come from.
 * docs/errors.md shows this table, and a test compares the two.
 *
 * @see https://docs.slack.dev/reference/methods and https://docs.slack.dev/authentication
 */
export const errorTable: Table = {
  // The app and its secret
  bad_client_secret: [
    'invalid_client',
    `Compare SLACK_CLIENT_SECRET with the Client Secret under ${CREDENTIALS}`,
  ],
  invalid_client: [
    'invalid_client',
    `Compare SLACK_CLIENT_ID and SLACK_CLIENT_SECRET with ${CREDENTIALS}`,
  ],
  invalid_client_id: [
    'invalid_client',
    `Compare SLACK_CLIENT_ID with the Client ID under ${CREDENTIALS}`,
  ],
  client_id_token_mismatch: ['invalid_client', 'The token is of another app: name its client ID'],
  preview_feature_not_available: [
    'authorization_failed',
    `The app uses a feature that Slack has not opened to it: look for a preview in its settings at ${APPS}`,
  ],
  // What is asked for on Slack's page
  access_denied: ['access_denied', 'Run the command again to try once more'],
  bad_redirect_uri: [
    'invalid_redirect_uri',
    `Register the redirect URI, letter by letter, under ${OAUTH_PAGE}`,
  ],
  invalid_scope: [
    'invalid_scope',
    'Compare --scopes and --user-scopes with https://docs.slack.dev/reference/scopes; openid, email and profile go with signin alone',
  ],
  invalid_scope_requested: [
    'invalid_scope',
    `List every scope of --scopes and --user-scopes under ${OAUTH_PAGE}`,
  ],
  unapproved_scope: [
    'invalid_scope',
    'Slack has not approved that scope for the published app: leave it out, or submit the app again with it',
  ],
  scope_not_allowed_on_enterprise: [
    'invalid_scope',
    'Choose a workspace instead of the organization, or leave that scope out',
  ],
  no_bot_scopes_requested: ['invalid_scope', 'An organization takes bots only: name --scopes'],
  no_scopes: ['missing_setting', 'Name scopes with --scopes or --user-scopes'],
  no_user_scopes: ['missing_setting', 'Name user scopes with --user-scopes'],
  invalid_team_for_non_distributed_app: [
    'authorization_failed',
    'An app that is not distributed installs only in the workspace it was made in: choose that one',
  ],
  cannot_install_an_org_installed_app: [
    'authorization_failed',
    'The app is installed for the whole organization already: choose the organization',
  ],
  user_email_unverified: [
    'authorization_failed',
    'Confirm the e-mail address of your Slack account, then run the command again',
  ],
  // The code, and PKCE
  invalid_code: ['authorization_failed', AGAIN],
  invalid_grant: ['authorization_failed', AGAIN],
  oauth_authorization_url_mismatch: [
    'authorization_failed',
    'The code came from another kind of sign-in: close other Slack tabs and run the command again',
  ],
  pkce_not_allowed: [
    'authorization_failed',
    `Leave --pkce out and use the client secret; or turn PKCE on under ${OAUTH_PAGE}, which nothing turns off again and which takes bot scopes from localhost`,
  ],
  invalid_code_verifier: [
    'authorization_failed',
    'The code was asked for by another run: close other Slack tabs and run the command again',
  ],
  // Tokens and their renewal
  invalid_refresh_token: ['refresh_token_invalid', REINSTALL],
  app_approval_pending: [
    'access_denied',
    'An administrator of the workspace has to approve the app: run the command again when that is done',
  ],
  invalid_auth: ['authorization_failed', ADDRESS],
  accesslimited: ['authorization_failed', ADDRESS],
  account_inactive: ['token_revoked', REINSTALL],
  token_revoked: ['token_revoked', REINSTALL],
  token_expired: ['token_expired', REINSTALL],
  authorization_not_found: ['token_revoked', REINSTALL],
  not_allowed_token_type: ['authorization_failed', REINSTALL],
  not_authed: [
    'authorization_failed',
    'The token did not reach Slack: is a proxy in between that takes headers out?',
  ],
  not_bearer_token: ['authorization_failed', OUR_FAULT],
  missing_scope: [
    'invalid_scope',
    'The token lacks a scope for that: slack-oauth install with the scope named by --scopes or --user-scopes',
  ],
  no_permission: [
    'authorization_failed',
    'Slack does not let this token do that: use a user token, or remove the app in Slack',
  ],
  token_rotation_not_enabled: [
    'authorization_failed',
    `Turn token rotation on under ${OAUTH_PAGE} (it cannot be turned off again)`,
  ],
  token_already_exchanged: [
    'authorization_failed',
    'Use the pair that it was exchanged for; where that is lost: slack-oauth install',
  ],
  invalid_token: [
    'authorization_failed',
    "Only this app's own tokens can be exchanged, and only those that do not expire",
  ],
  // The workspace and its organization
  team_access_not_granted: [
    'authorization_failed',
    'The organization has not let the app into this workspace: ask an admin to add it there',
  ],
  ekm_access_denied: ['authorization_failed', ADMIN],
  enterprise_is_restricted: ['authorization_failed', ADMIN],
  org_login_required: ['slack_unavailable', MOVING],
  team_added_to_org: ['slack_unavailable', MOVING],
  two_factor_setup_required: [
    'authorization_failed',
    'Set up two-factor authentication for your Slack account, then run the command again',
  ],
  // App manifests
  invalid_manifest: [
    'invalid_manifest',
    'Correct what is named, and compare the manifest with https://docs.slack.dev/reference/app-manifest',
  ],
  invalid_app: ['usage', APP_ID],
  invalid_app_id: ['usage', APP_ID],
  app_not_found: ['usage', APP_ID],
  app_not_eligible: [
    'authorization_failed',
    `Slack changes no app of this kind by its manifest: change it at ${APPS}`,
  ],
  failed_creating_app: ['slack_unavailable', `Try again later, or make the app at ${APPS}`],
  not_in_team: [
    'authorization_failed',
    `Make the configuration token in the workspace that the app is to be in, at ${APPS}`,
  ],
  managed_app_limit_reached: ['authorization_failed', `Delete an app at ${APPS}`],
  invalid_manager_app: ['authorization_failed', CONFIG_TOKEN],
  app_not_owned_by_manager_app: ['authorization_failed', APP_ID],
  // Faults of Slack
  internal_error: ['slack_unavailable', LATER],
  fatal_error: ['slack_unavailable', LATER],
  request_timeout: ['slack_unavailable', LATER],
  service_unavailable: ['slack_unavailable', LATER],
  unknown_error: ['slack_unavailable', LATER],
  ratelimited: ['rate_limited', 'Slack limits how often it is asked: try again later'],
  // Requests that Slack cannot read
  invalid_arg_name: ['unexpected_response', OUR_FAULT],
  invalid_arguments: ['unexpected_response', OUR_FAULT],
  invalid_form_data: ['unexpected_response', OUR_FAULT],
  invalid_post_type: ['unexpected_response', OUR_FAULT],
  missing_post_type: ['unexpected_response', OUR_FAULT],
  invalid_request: ['unexpected_response', OUR_FAULT],
  invalid_grant_type: ['unexpected_response', OUR_FAULT],
  unsupported_grant_type: ['unexpected_response', OUR_FAULT],
  method_deprecated: ['unexpected_response', 'npm install --global slack-oauth@latest'],
  not_implemented: [
    'unexpected_response',
    'This Slack does not have the method: compare SLACK_OAUTH_SLACK_URL with https://slack.com',
  ],
}

/** What a word means where a token was to be renewed: it is of the refresh token, and there is no code. */
export const refreshErrors: Table = {
  invalid_refresh_token: ['refresh_token_invalid', REINSTALL],
  refresh_token_expired: ['refresh_token_invalid', REINSTALL],
  refresh_token_revoked: ['refresh_token_invalid', REINSTALL],
  invalid_grant: ['refresh_token_invalid', REINSTALL],
  expired_token: ['refresh_token_invalid', REINSTALL],
  invalid_code: ['refresh_token_invalid', REINSTALL],
  code_already_used: ['refresh_token_invalid', REINSTALL],
  code_expired: ['refresh_token_invalid', REINSTALL],
  no_permission: [
    'authorization_failed',
    `The app may not renew this token: see that token rotation is on under ${OAUTH_PAGE}, then ${REINSTALL}`,
  ],
  bad_redirect_uri: ['authorization_failed', REINSTALL],
  invalid_token: ['authorization_failed', REINSTALL],
  token_already_exchanged: ['authorization_failed', REINSTALL],
  invalid_code_verifier: ['authorization_failed', REINSTALL],
  oauth_authorization_url_mismatch: ['authorization_failed', REINSTALL],
  pkce_not_allowed: [
    'authorization_failed',
    `The token is of a public client: see that PKCE is on under ${OAUTH_PAGE}, then ${REINSTALL}`,
  ],
  access_denied: [
    'access_denied',
    `The app may not renew this token: ask an administrator whether the app is still approved, then ${REINSTALL}`,
  ],
}

/** Where a word means something of its own: what stands before the method's last dot. */
export const errorTableOf: Readonly<Record<string, Table>> = {
  'apps.manifest': {
    access_denied: ['authorization_failed', CONFIG_TOKEN],
    invalid_auth: ['authorization_failed', CONFIG_TOKEN],
    not_allowed_token_type: ['authorization_failed', CONFIG_TOKEN],
    not_authed: ['authorization_failed', CONFIG_TOKEN],
    token_expired: ['token_expired', CONFIG_TOKEN],
    token_revoked: ['authorization_failed', CONFIG_TOKEN],
    account_inactive: ['authorization_failed', CONFIG_TOKEN],
  },
  'tooling.tokens': { invalid_refresh_token: ['authorization_failed', CONFIG_TOKEN] },
}
