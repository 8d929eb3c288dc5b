import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openConsentForm } from '../support/person.ts'
import { allow, authorizeUrl, call, exchange, start, target } from './client.ts'

const MANIFEST = {
  display_information: { name: 'Made' },
  features: { bot_user: { display_name: 'made' } },
  oauth_config: {
    redirect_urls: ['http://localhost:3000/cb'],
    scopes: { bot: ['chat:write', 'im:read'], bot_optional: ['im:read'] },
  },
  settings: { token_rotation_enabled: true },
}

test('apps.manifest.create makes an app as the manifest says, in the first workspace alone', async (t) => {
  const sandbox = await start(t)

  const answer = await call(sandbox, 'apps.manifest.create', {
    token: sandbox.configToken,
    manifest: JSON.stringify(MANIFEST),
  })

  const { app_id, credentials } = answer
  assert.deepEqual(Object.keys(credentials), [
    'client_id',
    'client_secret',
    'verification_token',
    'signing_secret',
  ])
  assert.deepEqual(sandbox.apps[1], {
    name: 'Made',
    appId: app_id,
    clientId: credentials.client_id,
    clientSecret: credentials.client_secret,
    signingSecret: credentials.signing_secret,
    requestUrls: {},
    redirectUris: ['http://localhost:3000/cb'],
    tokenRotation: true,
    pkce: false,
    distributed: false,
    orgInstall: false,
    botUser: true,
    optionalScopes: ['im:read'],
    optionalUserScopes: [],
  })
  const page = await openConsentForm(answer.oauth_authorize_url)
  assert.equal(page.status, 200)
})

for (const method of ['apps.manifest.create', 'apps.manifest.validate']) {
  test(`${method} takes the configuration token alone`, async (t) => {
    const sandbox = await start(t)
    const manifest = JSON.stringify(MANIFEST)

    assert.equal((await call(sandbox, method, { manifest })).error, 'not_authed')
    const token = `${sandbox.configToken}x`
    assert.equal((await call(sandbox, method, { manifest, token })).error, 'invalid_auth')
    assert.equal(sandbox.apps.length, 1)
  })

  test(`${method} names what is wrong, and where`, async (t) => {
    const sandbox = await start(t)
    const { oauth_config } = MANIFEST
    const manifest = JSON.stringify({
      ...MANIFEST,
      display_information: { name: 'x'.repeat(36) },
      oauth_config: { ...oauth_config, redirect_urls: ['http://app.example/cb'] },
    })

    const answer = await call(sandbox, method, { token: sandbox.configToken, manifest })

    assert.equal(answer.error, 'invalid_manifest')
    assert.deepEqual(
      answer.errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/display_information/name', '/oauth_config/redirect_urls/0'],
    )
    assert.equal(sandbox.apps.length, 1)
  })
}

const OPTIONAL = {
  apps: [{ optionalScopes: ['im:read', 'chat:write'], optionalUserScopes: ['im:read'] }],
}
const ASKED = { scope: 'chat:write,im:read,users:read', user_scope: 'im:read' }

test('optional scopes are on the page, and granted unless they are declined', async (t) => {
  const sandbox = await start(t, OPTIONAL)

  const form = await openConsentForm(authorizeUrl(sandbox, ASKED))

  assert.match(form.html, /<legend>Optional permissions<\/legend>/)
  assert.equal(form.fields['optional:bot:im:read'], 'allow')
  const answer = await exchange(sandbox, await allow(authorizeUrl(sandbox, ASKED)))
  assert.equal(answer.scope, 'chat:write,im:read,users:read')
  assert.equal(answer.authed_user.scope, 'im:read')
})

test('a declined scope is not granted, to the bot or to the member', async (t) => {
  const sandbox = await start(t, OPTIONAL)
  const url = authorizeUrl(sandbox, ASKED)

  const code = await allow(url, { 'optional:bot:im:read': 'decline' })

  const answer = await exchange(sandbox, code)
  assert.equal(answer.scope, 'chat:write,users:read')
  assert.equal(answer.authed_user.scope, 'im:read')
})

test('where --consent allow answers, the query of the authorize URL declines', async (t) => {
  const sandbox = await start(t, { ...OPTIONAL, consent: 'allow' })
  const url = authorizeUrl(sandbox, { ...ASKED, 'optional:bot:im:read': 'decline' })

  const code = target(await fetch(url, { redirect: 'manual' })).searchParams.get('code') ?? ''

  assert.equal((await exchange(sandbox, code)).scope, 'chat:write,users:read')
})

test('a scope that is not optional cannot be declined', async (t) => {
  const sandbox = await start(t, OPTIONAL)

  const code = await allow(authorizeUrl(sandbox, ASKED), { 'optional:bot:users:read': 'decline' })

  assert.match((await exchange(sandbox, code)).scope, /users:read/)
})

test('a form that says nothing of optional scopes grants them, as a POST without a page does', async (t) => {
  const sandbox = await start(t, OPTIONAL)
  const body = new URLSearchParams({
    ...Object.fromEntries(new URL(authorizeUrl(sandbox, ASKED)).searchParams),
    decision: 'allow',
  })

  const url = `${sandbox.url}/oauth/v2/authorize`
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual' })

  const code = target(response).searchParams.get('code') ?? ''
  assert.equal((await exchange(sandbox, code)).scope, ASKED.scope)
})

test('the link of a manifest leads to a page that makes the app, which then shows its secret', async (t) => {
  const sandbox = await start(t)
  const text = JSON.stringify({ ...MANIFEST, display_information: { name: '<b>Made</b>' } })

  const url = `${sandbox.url}/apps?new_app=1&manifest_json=${encodeURIComponent(text)}`
  const form = await openConsentForm(url)
  assert.equal(sandbox.apps.length, 1)
  const made = await form.submit({})

  const [, app] = sandbox.apps
  assert.ok(app)
  assert.equal(target(made).href, `${sandbox.url}/apps/${app.appId}`)
  const html = await (await fetch(target(made))).text()
  assert.ok(html.includes(app.clientSecret))
  for (const shown of [form.html, html]) assert.doesNotMatch(shown, /<b>/)
})

test('a link with a manifest that breaks a rule leads to a page that says which', async (t) => {
  const sandbox = await start(t)

  const response = await fetch(
    `${sandbox.url}/apps?new_app=1&manifest_json=${encodeURIComponent('{}')}`,
  )

  assert.equal(response.status, 400)
  assert.match(await response.text(), /display_information.*invalid_manifest/s)
})

test('where an org-wide app would be added to workspaces, there is a page', async (t) => {
  const sandbox = await start(t)

  const path = '/manage/E0SANDBOX01/integrations/profile/A0SANDBOX01/workspaces/add'
  const response = await fetch(`${sandbox.url}${path}`)

  assert.equal(response.status, 200)
  assert.match(await response.text(), /<h1>Add to workspaces<\/h1>/)
})
