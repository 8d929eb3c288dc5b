import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import fc from 'fast-check'
import { SlackOAuthError } from '../../src/base/errors.ts'
import type { SlackOptions } from '../../src/slack/client/web-api.ts'
import { createApp, validateManifest } from '../../src/slack/methods/apps-manifest.ts'
import { authTest } from '../../src/slack/methods/auth-test.ts'
import { exchangeCode } from '../../src/slack/methods/oauth-v2-access.ts'
import { revokeToken, uninstallApp } from '../../src/slack/methods/revoke.ts'
import {
  exchangeToken,
  refreshGrant,
  rotatedGrant,
} from '../../src/slack/methods/token-rotation.ts'
import { discoverProvider } from '../../src/slack/openid/provider.ts'
import { anything, fuzz, nearly, SECRET, settled } from './fuzz.ts'

// The one thing that is replaced is Node's fetch: a socket for each of so many cases would take minutes.
// test/sandbox and test/faults ask over real ones.

/** Ten methods, and a tenth of the cases for each: Slack's client takes about a millisecond for one. */
const SHARE = { share: 0.1 }

const credentials = { clientId: '1.2', clientSecret: 's' }
const now = () => 1_800_000_000
let answer = () => new Response()
const { fetch } = globalThis
before(() => {
  globalThis.fetch = async () => answer()
})
after(() => {
  globalThis.fetch = fetch
})

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const token = fc.constantFrom('xoxb-1', 'xoxe.xoxp-1-a', `xoxp-${SECRET}`)
const grant = {
  access_token: token,
  scope: fc.constantFrom('chat:write', 'chat:write,im:read', '', ',,'),
  refresh_token: token,
  expires_in: fc.constantFrom(43_200, 0, -1, 1e10, 1e11),
  token_type: fc.constantFrom('bot', 'user', 'else'),
}
const named = (id: string) => fc.option(nearly({ id: fc.constant(id), name: text }))
const bodies = {
  access: nearly({
    ok: fc.constant(true),
    app_id: text,
    team: named('T1'),
    enterprise: named('E1'),
    is_enterprise_install: fc.boolean(),
    ...grant,
    bot_user_id: text,
    authed_user: nearly({ id: fc.constant('U1'), ...grant }),
    incoming_webhook: fc.option(nearly({ url: text, channel: text })),
  }),
  refresh: nearly({ ok: fc.constant(true), ...grant, bot_user_id: text, user_id: text }),
  authTest: nearly({
    ok: fc.constant(true),
    url: text,
    user_id: text,
    bot_id: text,
    team_id: text,
    expires_in: fc.nat(),
    is_enterprise_install: fc.boolean(),
    response_metadata: nearly({ scopes: fc.array(text, { maxLength: 2 }) }),
  }),
  revoke: nearly({ ok: fc.constant(true), revoked: fc.boolean() }),
  create: nearly({
    ok: fc.constant(true),
    app_id: fc.constant('A1'),
    credentials: nearly({
      client_id: fc.constantFrom('1.2', '1\n2'),
      client_secret: fc.constantFrom('s', 's"\nX=1'),
      signing_secret: fc.constant('s'),
    }),
  }),
  token: nearly({
    ok: fc.constant(true),
    access_token: token,
    token_type: fc.constant('Bearer'),
    id_token: fc.constantFrom(
      'eyJhbGciOiJub25lIn0.e30.',
      'eyJhbGciOiJSUzI1NiJ9.e30.AAAA',
      'a.b.c',
      '',
    ),
  }),
}
const refusal = nearly({
  ok: fc.constant(false),
  error: fc.oneof(
    fc.constantFrom(
      'invalid_auth',
      'token_revoked',
      'invalid_code',
      'invalid_manifest',
      'ratelimited',
      'internal_error',
      '__proto__',
      'constructor',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  ),
  errors: fc.array(nearly({ message: text, pointer: text }), { maxLength: 2 }),
})

function responses(right: fc.Arbitrary<unknown>): fc.Arbitrary<() => Response> {
  const body = fc.oneof(
    { weight: 12, arbitrary: right.map((each) => JSON.stringify(each)) },
    { weight: 4, arbitrary: refusal.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: anything.map((each) => JSON.stringify(each) ?? '') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(right, fc.nat(80))
        .map(([each, cut]) => JSON.stringify(each).slice(0, cut)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '<html>',
        'null',
        '[]',
        '{"ok":true}',
        '{"ok":"true"}',
        `xoxb-${SECRET}`,
      ),
    },
  )
  const status = fc.oneof(
    { weight: 14, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.constantFrom(201, 204, 302, 400, 403, 404, 500, 503) },
  )
  const headers = fc.dictionary(
    fc.constantFrom(
      'content-type',
      'retry-after',
      'x-oauth-scopes',
      'x-accepted-oauth-scopes',
      'x-slack-req-id',
    ),
    fc.constantFrom('application/json', 'text/html', '', '0', 'a,,b', '=', 'a, b'),
    { maxKeys: 2 },
  )
  return fc.tuple(body, status, headers).map(
    ([content, code, given]) =>
      () =>
        new Response(code === 204 ? null : content, { status: code, headers: given }),
  )
}

/** One that gives up at once where it would try again. */
function client(): SlackOptions {
  const ending = new AbortController()
  ending.abort(new SlackOAuthError('slack_unavailable', 'no second try'))
  return {
    slackUrl: 'https://slack.com',
    signal: new AbortController().signal,
    pauseSignal: ending.signal,
    requestTimeoutSeconds: 5,
  }
}

function assertToken(each: string | undefined): void {
  assert.ok(each === undefined || /^[\x21-\x7e]+$/.test(each), 'a token breaks out of its line')
}

function method<T>(
  name: string,
  right: fc.Arbitrary<unknown>,
  call: (options: SlackOptions) => Promise<T>,
  check: (result: T) => void = () => {},
): void {
  fuzz(
    `${name}: any answer is what Slack documents or an error with a code, without a secret in it`,
    fc.asyncProperty(responses(right), async (given) => {
      answer = given
      const result = await settled(() => call(client()))
      if (!(result instanceof SlackOAuthError)) check(result)
    }),
    SHARE,
  )
}

method(
  'oauth.v2.access (code)',
  bodies.access,
  (options) =>
    exchangeCode({ code: SECRET, redirectUri: 'http://localhost/' }, credentials, options, now),
  ({ installation: { bot, user, team, isEnterpriseInstall } }) => {
    assert.ok(bot ?? user.grant)
    assert.ok(!(isEnterpriseInstall && team))
    for (const each of [bot, user.grant]) {
      assertToken(each?.token)
      assertToken(each?.refreshToken)
    }
  },
)
method(
  'oauth.v2.access (refresh)',
  bodies.refresh,
  (options) => refreshGrant({ refreshToken: `xoxe-1-${SECRET}` }, credentials, options, now),
  ({ grant: { token, refreshToken, expiresAt } }) => {
    assertToken(token)
    assertToken(refreshToken)
    assert.ok(Number.isSafeInteger(expiresAt))
  },
)
method(
  'oauth.v2.exchange',
  bodies.refresh,
  (options) => exchangeToken(`xoxb-${SECRET}`, credentials, options, now),
  ({ grant: { refreshToken } }) => assertToken(refreshToken),
)
method(
  'auth.test',
  bodies.authTest,
  (options) => authTest(`xoxb-${SECRET}`, options),
  ({ userId }) => {
    assert.equal(typeof userId, 'string')
  },
)
method(
  'auth.revoke',
  bodies.revoke,
  (options) => revokeToken(`xoxb-${SECRET}`, options),
  (done) => {
    assert.equal(typeof done, 'boolean')
  },
)
method('apps.uninstall', bodies.revoke, (options) =>
  uninstallApp(`xoxb-${SECRET}`, credentials, options),
)
method(
  'apps.manifest.create',
  bodies.create,
  (options) => createApp({}, `xoxe.xoxp-1-${SECRET}`, options),
  (app) => {
    for (const each of Object.values(app)) assert.match(each, /^[\w.-]+$/)
  },
)
method('apps.manifest.validate', bodies.revoke, (options) =>
  validateManifest({}, `xoxe.xoxp-1-${SECRET}`, options),
)

const discovery = {
  issuer: 'https://slack.com',
  authorization_endpoint: 'https://slack.com/openid/connect/authorize',
  token_endpoint: 'https://slack.com/api/openid.connect.token',
  userinfo_endpoint: 'https://slack.com/api/openid.connect.userInfo',
  jwks_uri: 'https://slack.com/openid/connect/keys',
}

fuzz(
  'openid.connect.token: nobody is signed in by any answer without an ID token that Slack signed',
  fc.asyncProperty(responses(bodies.token), async (given) => {
    answer = () => Response.json(discovery)
    const provider = await discoverProvider(credentials, client(), now)
    answer = given
    const result = await settled(() =>
      provider.signIn({ code: SECRET, redirectUri: new URL('http://localhost/'), nonce: 'n' }),
    )
    assert.ok(result instanceof SlackOAuthError)
  }),
  SHARE,
)

const elsewhere = fc.constantFrom(
  'https://attacker.example/x',
  'http://slack.com/x',
  'https://slack.com/x',
  'file:///etc/passwd',
  'x',
)
fuzz(
  'OpenID discovery: any document is one of Slack or an error, and no endpoint of another origin is asked',
  fc.asyncProperty(
    responses(
      nearly(
        Object.fromEntries(
          Object.entries(discovery).map(([key, value]) => [
            key,
            fc.oneof(
              { weight: 3, arbitrary: fc.constant(value) },
              { weight: 1, arbitrary: elsewhere },
            ),
          ]),
        ),
      ),
    ),
    async (given) => {
      answer = given
      await settled(() => discoverProvider(credentials, client(), now))
    },
  ),
  SHARE,
)

fuzz(
  'the pair in an answer to a renewal is whole, or there is none',
  fc.asyncProperty(fc.oneof(bodies.refresh, bodies.access, anything), async (body) => {
    const result = await settled(() => rotatedGrant(body, 'oauth.v2.access', now()))
    if (result instanceof SlackOAuthError) return
    assert.ok(result.grant.token && result.grant.refreshToken)
    assert.ok(Number.isSafeInteger(result.grant.expiresAt))
  }),
)
