import assert from 'node:assert/strict'
import test from 'node:test'
import { openConsentForm } from '../support/person.ts'
import { authorizeUrl, exchange, firstApp, start, target } from './client.ts'

test('the page says that it is a sandbox, who asks, and for what', async (t) => {
  const sandbox = await start(t)
  const asked = { scope: 'chat:write,users:read', user_scope: 'im:history' }

  const { status, html } = await openConsentForm(authorizeUrl(sandbox, asked))

  assert.equal(status, 200)
  assert.match(html, /This is not Slack/)
  assert.match(html, /<h1>Install Sandbox App in Slack<\/h1>/)
  for (const scope of ['chat:write', 'users:read', 'im:history']) {
    assert.ok(html.includes(`<li><code>${scope}</code></li>`))
  }
})

test('the page escapes what came from outside', async (t) => {
  const sandbox = await start(t, { apps: [{ name: '<img src=x>' }] })
  const asked = { scope: 'chat:write', state: '"><script>alert(1)</script>' }

  const { html, fields } = await openConsentForm(authorizeUrl(sandbox, asked))

  assert.doesNotMatch(html, /<script|<img/)
  assert.equal(fields.state, asked.state)
})

test('the page allows no script, no framing and no form target but the redirect', async (t) => {
  const sandbox = await start(t)

  const { headers } = await openConsentForm(authorizeUrl(sandbox))

  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; /)
  assert.match(policy, /form-action 'self' http:\/\/localhost:8910; /)
  assert.match(policy, /base-uri 'none'; frame-ancestors 'none'$/)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
})

test('Allow goes back with a code and the state', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))

  const response = await form.submit({ decision: 'allow' })

  assert.equal(response.status, 303)
  const url = target(response)
  assert.equal(`${url.origin}${url.pathname}`, firstApp(sandbox).redirectUris[0])
  assert.match(url.searchParams.get('code') ?? '', /^\d+\.\d+\.[0-9a-f]+$/)
  assert.equal(url.searchParams.get('state'), 'the-state')
})

test('Cancel goes back with access_denied, its description and the state', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))

  const { searchParams } = target(await form.submit({ decision: 'cancel' }))

  assert.deepEqual(Object.fromEntries(searchParams), {
    error: 'access_denied',
    error_description: 'The user cancelled the request',
    state: 'the-state',
  })
})

test('a state that was not sent comes back empty', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox, { scope: 'chat:write', state: '' }))

  assert.match(target(await form.submit({ decision: 'allow' })).search, /&state=$/)
})

test('the query of the redirect URI is kept', async (t) => {
  const sandbox = await start(t)
  const redirect_uri = `${firstApp(sandbox).redirectUris[0]}/deeper?from=a%20b`
  const form = await openConsentForm(authorizeUrl(sandbox, { scope: 'chat:write', redirect_uri }))

  const { href } = target(await form.submit({ decision: 'cancel' }))

  assert.equal(
    href,
    `${redirect_uri}&error=access_denied&error_description=The+user+cancelled+the+request&state=the-state`,
  )
})

test('without a redirect URI the first configured one is used', async (t) => {
  const redirectUris = ['http://localhost:4318/cb', 'http://localhost:4319/cb']
  const sandbox = await start(t, { apps: [{ redirectUris }] })
  const form = await openConsentForm(authorizeUrl(sandbox, { scope: 'im:read', redirect_uri: '' }))

  assert.equal(target(await form.submit({ decision: 'allow' })).host, 'localhost:4318')
})

test('the team of the URL is preselected', async (t) => {
  const sandbox = await start(t)
  const url = authorizeUrl(sandbox, { scope: 'chat:write', team: 'T0SANDBOX02' })

  const { fields } = await openConsentForm(url)

  assert.equal(fields.member, 'T0SANDBOX02/W0CAROL0001')
})

test('a team that nobody knows is ignored', async (t) => {
  const sandbox = await start(t)
  const url = authorizeUrl(sandbox, { scope: 'chat:write', team: 'T0NOWHERE' })

  const { fields } = await openConsentForm(url)

  assert.equal(fields.member, 'T0SANDBOX01/U0ALICE0001')
})

test('the organization is offered when the app takes it and asks for a bot scope', async (t) => {
  const sandbox = await start(t)
  const offer =
    /"Install for the whole organization">\s*<option[^>]*>Carol Example, all of Sandbox Org</

  assert.match((await openConsentForm(authorizeUrl(sandbox, { scope: 'im:read' }))).html, offer)
  const userOnly = await openConsentForm(authorizeUrl(sandbox, { user_scope: 'im:read' }))
  assert.doesNotMatch(userOnly.html, offer)
})

test('the organization is not offered for an app that does not take it', async (t) => {
  const sandbox = await start(t, { apps: [{ orgInstall: false }] })
  const form = await openConsentForm(authorizeUrl(sandbox))

  assert.doesNotMatch(form.html, /whole organization/)
  assert.equal((await form.submit({ org: 'E0SANDBOX01', decision: 'allow' })).status, 400)
})

test('a channel is asked for only with incoming-webhook', async (t) => {
  const sandbox = await start(t)

  const { fields } = await openConsentForm(authorizeUrl(sandbox, { scope: 'incoming-webhook' }))
  assert.equal(fields.channel, 'C0GENERAL01')
  assert.equal((await openConsentForm(authorizeUrl(sandbox))).fields.channel, undefined)
})

test('the member can be named by team and user as well', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))
  const picked = { team: 'T0SANDBOX02', user: 'W0DAVE00001', decision: 'allow' }

  const code = target(await form.submit(picked)).searchParams.get('code') ?? ''

  const { team, authed_user } = await exchange(sandbox, code)
  assert.equal(team.id, 'T0SANDBOX02')
  assert.equal(authed_user.id, 'W0DAVE00001')
})

test('a member of another workspace is refused', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))

  const response = await form.submit({ member: 'T0SANDBOX01/W0CAROL0001', decision: 'allow' })

  assert.equal(response.status, 400)
  assert.match(await response.text(), /user_not_found/)
})

test('the form is judged again when it comes back', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))

  const changed = { redirect_uri: 'https://evil.test/', decision: 'allow' }

  assert.equal((await form.submit(changed)).status, 400)
})

test('a form without a decision is refused', async (t) => {
  const sandbox = await start(t)
  const form = await openConsentForm(authorizeUrl(sandbox))

  assert.equal((await form.submit({})).status, 400)
})

test('an undistributed app is sent back from every workspace but its own', async (t) => {
  const sandbox = await start(t, { apps: [{ distributed: false }] })
  const form = await openConsentForm(authorizeUrl(sandbox))

  const foreign = target(await form.submit({ team: 'T0SANDBOX02', decision: 'allow' }))
  const home = target(await form.submit({ team: 'T0SANDBOX01', decision: 'allow' }))

  assert.deepEqual(Object.fromEntries(foreign.searchParams), {
    error: 'invalid_team_for_non_distributed_app',
    state: 'the-state',
  })
  assert.ok(home.searchParams.has('code'))
})

test('with consent "allow" the authorize URL answers at once', async (t) => {
  const sandbox = await start(t, { consent: 'allow' })
  const url = authorizeUrl(sandbox, { scope: 'chat:write', team: 'T0SANDBOX02' })

  const { searchParams } = target(await fetch(url, { redirect: 'manual' }))

  const { team } = await exchange(sandbox, searchParams.get('code') ?? '')
  assert.equal(team.id, 'T0SANDBOX02')
})

test('with consent "cancel" the authorize URL answers at once, too', async (t) => {
  const sandbox = await start(t, { consent: 'cancel' })

  const { searchParams } = target(await fetch(authorizeUrl(sandbox), { redirect: 'manual' }))

  assert.equal(searchParams.get('error'), 'access_denied')
})

test('the first page lists apps and workspaces, and no secret', async (t) => {
  const sandbox = await start(t)

  const html = await (await fetch(sandbox.url)).text()

  assert.match(html, /1111111111\.2222222222/)
  assert.match(html, /http:\/\/localhost:8910\/slack\/oauth_redirect/)
  assert.match(html, /T0SANDBOX02/)
  assert.doesNotMatch(html, /sandbox-client-secret/)
})
