import assert from 'node:assert/strict'
import test from 'node:test'
import type { AppOptions } from '../../src/sandbox/sandbox.ts'
import { openConsentForm } from '../support/person.ts'
import { authorizeUrl, openIdAuthorizeUrl, type Params, pkce, start } from './client.ts'

/** The name, what is asked, by which app, and what Slack's page says. */
const v2: [name: string, asked: Params, app: AppOptions, says: RegExp][] = [
  ['an unknown client', { client_id: '1.2', scope: 'chat:write' }, {}, /invalid_client_id/],
  [
    'a redirect URI that is not configured',
    { scope: 'chat:write', redirect_uri: 'http://localhost:1/<b>' },
    {},
    /redirect_uri did not match any configured URIs\. Passed URI: http:\/\/localhost:1\/&lt;b&gt;/,
  ],
  [
    'an app without redirect URIs',
    { scope: 'chat:write', redirect_uri: '' },
    { redirectUris: [] },
    /did not match any configured URIs\. Passed URI: </,
  ],
  ['no scopes', { scope: '' }, {}, /no_scopes/],
  [
    'a scope that does not exist',
    { scope: 'chat:write,chat.write' },
    {},
    /Invalid permissions requested\. invalid_scope: chat\.write/,
  ],
  ['openid beside others', { scope: 'chat:write', user_scope: 'openid' }, {}, /scope conflict/],
  ['identity.basic beside others', { user_scope: 'identity.basic,im:read' }, {}, /scope conflict/],
  ['openid as a bot scope', { scope: 'openid' }, {}, /scope conflict/],
  [
    'bot scopes for an app without a bot',
    { scope: 'chat:write' },
    { botUser: false },
    /doesn&#39;t have a bot user to install/,
  ],
  [
    'bot scopes over localhost once PKCE is enabled',
    { scope: 'chat:write' },
    { pkce: true },
    /Desktop redirects are not allowed to request bot scopes/,
  ],
  [
    'bot scopes over a custom scheme',
    { scope: 'chat:write', redirect_uri: 'myapp://auth' },
    { redirectUris: ['myapp://auth'] },
    /Desktop redirects are not allowed to request bot scopes/,
  ],
  [
    'a custom scheme without PKCE',
    { user_scope: 'im:read', redirect_uri: 'myapp://auth' },
    { redirectUris: ['myapp://auth'], pkce: true },
    /code_challenge is missing/,
  ],
  [
    'a plain challenge',
    {
      user_scope: 'im:read',
      code_challenge: pkce.verifier,
      code_challenge_method: 'plain',
    },
    { pkce: true },
    /code_challenge_method must be &quot;S256&quot;/,
  ],
  [
    'a challenge without a method',
    { user_scope: 'im:read', code_challenge: pkce.challenge },
    { pkce: true },
    /code_challenge_method must be/,
  ],
  [
    'a challenge in hex',
    { user_scope: 'im:read', code_challenge: 'ab'.repeat(32), code_challenge_method: 'S256' },
    { pkce: true },
    /code_challenge must be 43/,
  ],
]

for (const [name, asked, app, says] of v2) {
  test(`the v2 page refuses ${name}, without a redirect`, async (t) => {
    const sandbox = await start(t, { apps: [app] })

    const { status, headers, html } = await openConsentForm(authorizeUrl(sandbox, asked))

    assert.equal(status, 400)
    assert.equal(headers.get('location'), null)
    assert.match(html, says)
    assert.doesNotMatch(html, /<form|<b>/)
  })
}

const openId: [name: string, asked: Params, says: RegExp][] = [
  ['openid to be missing', { scope: 'email profile' }, /Missing scope: openid/],
  ['commas', { scope: 'openid,email' }, /invalid_scope: openid,email/],
  ['other scopes', { scope: 'openid chat:write' }, /scope conflict/],
  ['no scopes', { scope: '' }, /no_scopes/],
  ['another response type', { response_type: 'token' }, /response_type must be/],
]

for (const [name, asked, says] of openId) {
  test(`the OpenID page does not allow ${name}`, async (t) => {
    const sandbox = await start(t)

    const { status, html } = await openConsentForm(openIdAuthorizeUrl(sandbox, asked))

    assert.equal(status, 400)
    assert.match(html, says)
  })
}

test('without PKCE enabled, localhost is a server redirect and gets bot scopes', async (t) => {
  const sandbox = await start(t)

  const { status } = await openConsentForm(authorizeUrl(sandbox, { scope: 'chat:write' }))

  assert.equal(status, 200)
})

test('with PKCE enabled, an https redirect still gets bot scopes', async (t) => {
  const redirectUris = ['https://example.com/callback']
  const sandbox = await start(t, { apps: [{ pkce: true, redirectUris }] })

  const { status } = await openConsentForm(authorizeUrl(sandbox, { scope: 'chat:write' }))

  assert.equal(status, 200)
})
