import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { exitCodes, SlackOAuthError } from '../../src/base/errors.ts'
import { authorize } from '../../src/flows/authorize/authorize.ts'
import { DEFAULT_LISTEN, parseListenAddress } from '../../src/loopback/listen-address.ts'
import { errorTable, errorTableOf, refreshErrors } from '../../src/slack/client/error-table.ts'
import { slackError } from '../../src/slack/client/slack-error.ts'
import { callSlack, type SlackOptions } from '../../src/slack/client/web-api.ts'
import { authTest } from '../../src/slack/methods/auth-test.ts'
import { exchangeCode } from '../../src/slack/methods/oauth-v2-access.ts'
import { revokeToken, uninstallApp } from '../../src/slack/methods/revoke.ts'
import { exchangeToken, refreshGrant } from '../../src/slack/methods/token-rotation.ts'
import { discoverProvider } from '../../src/slack/openid/provider.ts'
import { openStore } from '../../src/store/open-store.ts'
import { start } from '../sandbox/client.ts'
import { answeringSlack } from '../support/answering-slack.ts'
import { freePort } from '../support/free-port.ts'
import { installed } from '../support/installed.ts'
import { credentialsOf, slackOf } from './client.ts'

type Expected = readonly [word: string, exit: number, hint: RegExp]

// The words that Slack documents, by where they come from (the pages of its methods, "Installing with
// OAuth" and "Sign in with Slack", September 2026), with what a person has to read in the hint.

const onRedirect: readonly Expected[] = [
  ['access_denied', 4, /press Allow/],
  ['bad_redirect_uri', 2, /Register the redirect URI, letter by letter, under OAuth & Permissions/],
  ['invalid_scope', 2, /--scopes and --user-scopes .*reference\/scopes/],
  ['invalid_scope_requested', 2, /every scope of --scopes .* under OAuth & Permissions/],
  ['invalid_team_for_non_distributed_app', 4, /the workspace it was made in/],
  ['no_bot_scopes_requested', 2, /--scopes/],
  ['scope_not_allowed_on_enterprise', 2, /a workspace instead of the organization/],
  ['unapproved_scope', 2, /leave it out/],
]

const onAnyMethod: readonly Expected[] = [
  ['access_denied', 4, /Run the command again/],
  ['account_inactive', 4, /slack-oauth install/],
  ['ekm_access_denied', 4, /ask one of its admins/],
  ['enterprise_is_restricted', 4, /ask one of its admins/],
  ['fatal_error', 5, /try again later/],
  ['internal_error', 5, /try again later/],
  ['invalid_arg_name', 5, /proxy in between|update slack-oauth/],
  ['invalid_arguments', 5, /proxy in between|update slack-oauth/],
  ['invalid_auth', 4, /IP allow list.*slack-oauth install/],
  ['accesslimited', 4, /IP allow list/],
  ['app_approval_pending', 4, /administrator/],
  ['invalid_form_data', 5, /proxy in between|update slack-oauth/],
  ['invalid_post_type', 5, /proxy in between|update slack-oauth/],
  ['method_deprecated', 5, /slack-oauth@latest/],
  ['missing_post_type', 5, /proxy in between|update slack-oauth/],
  ['missing_scope', 2, /slack-oauth install .*--scopes/],
  ['no_permission', 4, /user token/],
  ['not_allowed_token_type', 4, /slack-oauth install/],
  ['not_authed', 4, /proxy in between that takes headers out/],
  ['org_login_required', 5, /moving into an organization/],
  ['ratelimited', 5, /try again later/],
  ['request_timeout', 5, /try again later/],
  ['service_unavailable', 5, /try again later/],
  ['team_access_not_granted', 4, /ask an admin/],
  ['team_added_to_org', 5, /moving into an organization/],
  ['token_expired', 4, /slack-oauth install/],
  ['token_revoked', 4, /slack-oauth install/],
  ['two_factor_setup_required', 4, /two-factor/],
]

const onAccess: readonly Expected[] = [
  ['bad_client_secret', 4, /SLACK_CLIENT_SECRET with the Client Secret under Basic Information/],
  ['bad_redirect_uri', 2, /under OAuth & Permissions/],
  ['cannot_install_an_org_installed_app', 4, /choose the organization/],
  ['invalid_client_id', 4, /SLACK_CLIENT_ID with the Client ID under Basic Information/],
  ['invalid_code', 4, /once and for ten minutes/],
  ['invalid_code_verifier', 4, /asked for by another run/],
  ['invalid_grant_type', 5, /update slack-oauth/],
  ['no_scopes', 2, /--scopes or --user-scopes/],
  ['oauth_authorization_url_mismatch', 4, /another kind of sign-in/],
  [
    'pkce_not_allowed',
    4,
    /Leave --pkce out and use the client secret; or turn PKCE on under OAuth & Permissions/,
  ],
  ['preview_feature_not_available', 4, /preview in its settings/],
  ['user_email_unverified', 4, /e-mail address/],
]

const onUserAccess: readonly Expected[] = [
  ['no_user_scopes', 2, /--user-scopes/],
  ['not_implemented', 5, /SLACK_OAUTH_SLACK_URL/],
]

const onRefresh: readonly Expected[] = [['invalid_refresh_token', 4, /slack-oauth install/]]

const onExchange: readonly Expected[] = [
  ['authorization_not_found', 4, /slack-oauth install/],
  ['bad_client_secret', 4, /SLACK_CLIENT_SECRET/],
  ['invalid_client_id', 4, /SLACK_CLIENT_ID/],
  ['invalid_token', 4, /do not expire/],
  ['token_already_exchanged', 4, /the pair that it was exchanged for/],
  ['token_rotation_not_enabled', 4, /token rotation on under OAuth & Permissions/],
]

const onOpenID: readonly Expected[] = [
  ['bad_client_secret', 4, /SLACK_CLIENT_SECRET with .* http:\/\/127\.0\.0\.1:\d+\/apps$/],
  ['bad_redirect_uri', 2, /under OAuth & Permissions/],
  ['cannot_install_an_org_installed_app', 4, /choose the organization/],
  ['invalid_client', 4, /SLACK_CLIENT_ID and SLACK_CLIENT_SECRET/],
  ['invalid_client_id', 4, /SLACK_CLIENT_ID/],
  ['invalid_code', 4, /once and for ten minutes/],
  ['invalid_grant', 4, /once and for ten minutes/],
  ['invalid_grant_type', 5, /update slack-oauth/],
  ['invalid_request', 5, /update slack-oauth/],
  ['oauth_authorization_url_mismatch', 4, /another kind of sign-in/],
  ['preview_feature_not_available', 4, /preview in its settings/],
  ['unsupported_grant_type', 5, /update slack-oauth/],
]

const onRevoke: readonly Expected[] = [['not_bearer_token', 4, /proxy in between/]]

const onUninstall: readonly Expected[] = [
  ['bad_client_secret', 4, /SLACK_CLIENT_SECRET/],
  ['client_id_token_mismatch', 4, /another app/],
  ['invalid_client_id', 4, /SLACK_CLIENT_ID/],
  ['no_permission', 4, /user token/],
]

const onManifest: readonly Expected[] = [
  ['app_not_eligible', 4, /change it at http:\/\/127\.0\.0\.1:\d+\/apps$/],
  ['app_not_found', 2, /App ID/],
  ['app_not_owned_by_manager_app', 4, /App ID/],
  ['failed_creating_app', 5, /Try again later/],
  ['invalid_app', 2, /App ID/],
  ['invalid_app_id', 2, /App ID/],
  ['invalid_manager_app', 4, /SLACK_CONFIG_TOKEN/],
  ['invalid_manifest', 2, /reference\/app-manifest/],
  ['managed_app_limit_reached', 4, /Delete an app/],
  ['not_in_team', 4, /configuration token in the workspace/],
  // Those of any token, which is another one here
  ['account_inactive', 4, /SLACK_CONFIG_TOKEN/],
  ['access_denied', 4, /SLACK_CONFIG_TOKEN/],
  ['invalid_auth', 4, /SLACK_CONFIG_TOKEN/],
  ['not_allowed_token_type', 4, /SLACK_CONFIG_TOKEN/],
  ['not_authed', 4, /SLACK_CONFIG_TOKEN/],
  ['token_expired', 4, /SLACK_CONFIG_TOKEN/],
  ['token_revoked', 4, /SLACK_CONFIG_TOKEN/],
]

const onConfigToken: readonly Expected[] = [
  ['invalid_refresh_token', 4, /SLACK_CONFIG_TOKEN/],
  ['unknown_error', 5, /try again later/],
]

const client = { clientId: '1.2', clientSecret: 'hush' }
const now = () => Date.now() / 1000
const optionsFor = (slackUrl: string): SlackOptions => ({
  slackUrl,
  signal: new AbortController().signal,
  requestTimeoutSeconds: 10,
})
const call = (method: string) => (slack: SlackOptions) => callSlack({ method, retries: 0 }, slack)

/** What is asked of Slack, by the function that commands ask it with. */
const methods: readonly [
  method: string,
  words: readonly Expected[],
  ask: (slack: SlackOptions) => Promise<unknown>,
][] = [
  [
    'oauth.v2.access',
    [...onAccess, ...onAnyMethod],
    (slack) => exchangeCode({ code: 'c', redirectUri: 'http://localhost:1/' }, client, slack, now),
  ],
  [
    'oauth.v2.access',
    onRefresh,
    (slack) => refreshGrant({ refreshToken: 'r', retries: 0 }, client, slack, now),
  ],
  ['oauth.v2.user.access', onUserAccess, call('oauth.v2.user.access')],
  ['oauth.v2.exchange', onExchange, (slack) => exchangeToken('xoxb-1', client, slack, now)],
  ['auth.test', onAnyMethod.filter(([, exit]) => exit !== 5), (slack) => authTest('xoxb-1', slack)],
  ['auth.revoke', onRevoke, (slack) => revokeToken('xoxb-1', slack)],
  ['apps.uninstall', onUninstall, (slack) => uninstallApp('xoxb-1', client, slack)],
  ['apps.manifest.create', onManifest, call('apps.manifest.create')],
  ['tooling.tokens.rotate', onConfigToken, call('tooling.tokens.rotate')],
]

for (const [method, words, ask] of methods) {
  describe(`${method} refuses`, () => {
    for (const [word, exit, hint] of words) {
      test(`with ${word}, and the hint says what to do`, async (t) => {
        const slack = optionsFor(await answeringSlack(t, { ok: false, error: word }))
        await refuses(ask(slack), [word, exit, hint], method)
      })
    }
  })
}

describe('openid.connect.token refuses', () => {
  for (const expected of onOpenID) {
    // Slack's own words come with a 200; how those of the RFC come is not documented
    for (const status of [200, 400]) {
      test(`with ${expected[0]} and HTTP ${status}, and the hint says what to do`, async (t) => {
        const slackUrl = await answeringSlack(t, { ok: false, error: expected[0] }, { status })
        const provider = await discoverProvider(client, optionsFor(slackUrl), now)
        const signedIn = provider.signIn({
          code: 'c',
          redirectUri: new URL('http://localhost:1/'),
          nonce: 'n',
        })
        await refuses(signedIn, expected, 'openid.connect.token')
      })
    }
  }
})

describe("Slack's page refuses", () => {
  for (const expected of onRedirect) {
    test(`with ${expected[0]}, and the hint says what to do`, async (t) => {
      const redirectUri = `http://localhost:${await freePort()}/callback`
      const { states, close } = await openStore(':memory:')
      t.after(() => close())
      const waiting = authorize(
        {
          states,
          signal: new AbortController().signal,
          reception: {
            listens: true,
            tunnelTo: parseListenAddress(DEFAULT_LISTEN),
            certificate: () => Promise.reject(new Error('nothing here is https')),
          },
          invite: async ({ authorizeUrl }) => void (await fetch(authorizeUrl)),
          suspected: () => {},
          received: () => {},
        },
        {
          redirectUris: [new URL(redirectUri)],
          timeoutSeconds: 10,
          slackUrl: 'https://slack.com',
          command: 'a test',
          // Slack's page, as far as the flow sees it: it sends the browser back
          authorizeUrl: (state) => `${redirectUri}?error=${expected[0]}&state=${state}`,
          complete: () => Promise.reject(new Error('there is no code')),
        },
      )
      await refuses(waiting, expected, 'redirect')
    })
  }
})

async function refuses(
  asked: Promise<unknown>,
  [word, exit, hint]: Expected,
  where: string,
): Promise<void> {
  await assert.rejects(asked, (error) => {
    assert.ok(error instanceof SlackOAuthError)
    assert.equal(error.exitCode, exit)
    assert.ok(error.message.includes(`"${word}"`), error.message)
    if (word !== 'access_denied') assert.ok(error.message.endsWith(`(${where})`), error.message)
    assert.match(error.hint ?? '', hint)
    return true
  })
}

test('every word of the table is expected above, and the other way round', () => {
  const expected = [
    ...methods.flatMap(([, words]) => words),
    ...onOpenID,
    ...onRedirect,
    ...onAnyMethod,
  ].map(([word]) => word)
  const known = [errorTable, ...Object.values(errorTableOf)].flatMap((table) => Object.keys(table))
  assert.deepEqual([...new Set(known)].sort(), [...new Set(expected)].sort())
})

test('a word that nobody knows is shown verbatim, with exit 4', async (t) => {
  const slack = optionsFor(await answeringSlack(t, { ok: false, error: 'brand_new:error-1.2' }))
  await assert.rejects(authTest('xoxb-1', slack), {
    code: 'authorization_failed',
    message: 'Slack answered "brand_new:error-1.2" (auth.test)',
    hint: undefined,
  })
})

test('a word that every object has is no word of the table', () => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    assert.equal(slackError('auth.test', word).hint, undefined)
    assert.equal(slackError(`${word}.x`, 'unheard_of').hint, undefined)
  }
})

test('a hint leads to the pages of the Slack that answered', () => {
  const hint = (slackUrl: string) => slackError('auth.test', 'bad_client_secret', slackUrl).hint
  assert.match(hint('https://slack.com') ?? '', /https:\/\/api\.slack\.com\/apps$/)
  assert.match(hint('https://slack-gov.com') ?? '', /https:\/\/api\.slack-gov\.com\/apps$/)
})

test('an error of a redirect is one short line without secrets', () => {
  const { message } = slackError('redirect', `a\n\u001b[2J\u202eb xoxb-1-secret ${'x'.repeat(999)}`)
  assert.match(message, /^Slack answered "a {2}\[2J b xoxb-\*\*\* x+" \(redirect\)$/)
  assert.ok(message.length < 150)
})

test('the command line shows the hint and ends with the exit code', async (t) => {
  const app = await installed(t)
  const shown: Record<string, readonly [exit: number, hint: RegExp]> = {
    bad_client_secret: [4, /^hint: Compare SLACK_CLIENT_SECRET with .* Basic Information/m],
    invalid_arguments: [5, /^hint: Slack does not understand what was sent/m],
    ratelimited: [5, /^hint: .*try again later/m],
    missing_scope: [2, /^hint: The token lacks a scope/m],
    // Last: it is noted, and Slack is not asked again
    invalid_refresh_token: [4, /^hint: slack-oauth install --team T0SANDBOX01/m],
  }
  for (const [error, [exit, hint]] of Object.entries(shown)) {
    app.slack.inject({ method: 'oauth.v2.access', kind: 'error', error, times: 1 })
    const { code, stdout, stderr } = await app.cli.run('token', '--bot')
    assert.equal(code, exit, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, hint)
    assert.ok(stderr.includes(`Slack answered "${error}" (oauth.v2.access)`), stderr)
  }
})

for (const [word, [code]] of Object.entries(refreshErrors)) {
  test(`"${word}" where a token is renewed says what to do about a renewal, not about a code`, async (t) => {
    const slack = await start(t)
    slack.inject({ method: 'oauth.v2.access', kind: 'error', error: word, times: 1 })
    const refreshed = refreshGrant(
      { refreshToken: 'xoxe-1' },
      credentialsOf(slack),
      slackOf(slack),
      () => 1,
    )
    await assert.rejects(refreshed, (error: SlackOAuthError) => {
      assert.equal(error.code, code)
      assert.match(error.hint ?? '', /slack-oauth install/)
      assert.doesNotMatch(error.hint ?? '', /ten minutes|A code/)
      return true
    })
  })
}

test('no word of Slack is answered with advice about a code where a token is renewed', async (t) => {
  const slack = await start(t)
  for (const word of new Set([...Object.keys(errorTable), ...Object.keys(refreshErrors)])) {
    slack.inject({ method: 'oauth.v2.access', kind: 'error', error: word, times: 1 })
    await assert.rejects(
      refreshGrant(
        { refreshToken: 'xoxe-1', retries: 0 },
        credentialsOf(slack),
        slackOf(slack),
        () => 1,
      ),
      ({ hint = '' }: SlackOAuthError) => {
        const isOfCodes = /\bcode\b|Slack tabs|to try once more|--pkce|exchanged|redirect URI/.test(
          hint,
        )
        assert.ok(!isOfCodes, `${word}: ${hint}`)
        return true
      },
    )
  }
})

test('docs/errors.md has every word with its code, its exit code and its hint', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  const row = (word: string, [code, hint]: readonly [keyof typeof exitCodes, string]) =>
    `| \`${word}\` | \`${code}\` | ${exitCodes[code]} | ${hint} |`
  const rows = (table: (typeof errorTableOf)[string]) =>
    Object.keys(table)
      .sort()
      .map((word) => row(word, table[word] ?? ['bug', '']))
      .join('\n')
  // To update the document, put in what this says is missing
  for (const table of [errorTable, ...Object.values(errorTableOf), refreshErrors]) {
    assert.ok(text.includes(`${rows(table)}\n`), `docs/errors.md lacks these rows:\n${rows(table)}`)
  }
})
