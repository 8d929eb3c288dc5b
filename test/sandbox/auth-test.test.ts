import assert from 'node:assert/strict'
import test from 'node:test'
import { authTest, call, install, start } from './client.ts'

test('a bot token says who the bot is', async (t) => {
  const sandbox = await start(t)
  const { access_token, bot_user_id } = await install(sandbox)

  const answer = await authTest(sandbox, access_token)

  assert.match(answer.bot_id, /^B[A-Z0-9]{10}$/)
  assert.deepEqual(answer, {
    ok: true,
    url: 'https://acme-sandbox.slack.test/',
    team: 'Acme Sandbox',
    user: 'sandbox',
    team_id: 'T0SANDBOX01',
    user_id: bot_user_id,
    bot_id: answer.bot_id,
    is_enterprise_install: false,
  })
})

test('a user token says who the member is, and has no bot_id', async (t) => {
  const sandbox = await start(t)
  const { authed_user } = await install(sandbox, { user_scope: 'im:read' }, { user: 'U0BOB000001' })

  const answer = await authTest(sandbox, authed_user.access_token)

  assert.equal(answer.user, 'bob')
  assert.equal(answer.user_id, 'U0BOB000001')
  assert.equal('bot_id' in answer, false)
})

test('a token of a workspace in an organization names that too', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox, { scope: 'im:read' }, { team: 'T0SANDBOX02' })

  const answer = await authTest(sandbox, access_token)

  assert.equal(answer.team_id, 'T0SANDBOX02')
  assert.equal(answer.enterprise_id, 'E0SANDBOX01')
  assert.equal(answer.is_enterprise_install, false)
})

test('with an org token the organization stands in the place of the team', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox, { scope: 'im:read' }, { org: 'E0SANDBOX01' })

  const { url, team, team_id, enterprise_id, is_enterprise_install } = await authTest(
    sandbox,
    access_token,
  )

  assert.deepEqual(
    { url, team, team_id, enterprise_id, is_enterprise_install },
    {
      url: 'https://sandbox-org.slack.test/',
      team: 'Sandbox Org',
      team_id: 'E0SANDBOX01',
      enterprise_id: 'E0SANDBOX01',
      is_enterprise_install: true,
    },
  )
})

test('a rotating token says how long it still lives', async (t) => {
  const sandbox = await start(t, { apps: [{ tokenRotation: true }] })
  const { access_token } = await install(sandbox)

  const { expires_in } = await authTest(sandbox, access_token)

  assert.ok(expires_in > 43_100 && expires_in <= 43_200)
})

test('without a token it is not_authed', async (t) => {
  const sandbox = await start(t)

  assert.deepEqual(await call(sandbox, 'auth.test'), { ok: false, error: 'not_authed' })
})

test('an unknown token is invalid_auth, and so is a refresh token', async (t) => {
  const sandbox = await start(t, { apps: [{ tokenRotation: true }] })
  const { refresh_token } = await install(sandbox)

  assert.equal((await authTest(sandbox, 'xoxb-unknown')).error, 'invalid_auth')
  assert.equal((await authTest(sandbox, refresh_token)).error, 'invalid_auth')
})

test('every answer to a valid token names its scopes', async (t) => {
  const sandbox = await start(t)
  const { access_token } = await install(sandbox, { scope: 'chat:write,im:read' })

  for (const method of ['auth.test', 'no.such.method']) {
    const { headers } = await fetch(`${sandbox.url}/api/${method}`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    assert.equal(headers.get('x-oauth-scopes'), 'chat:write,im:read')
  }
})

test('the scopes of a user token begin with identify, as Slack adds it', async (t) => {
  const sandbox = await start(t)
  const { authed_user } = await install(sandbox, { user_scope: 'im:read' })

  const { headers } = await fetch(`${sandbox.url}/api/auth.test?token=${authed_user.access_token}`)

  assert.equal(headers.get('x-oauth-scopes'), 'identify,im:read')
})

test('an answer to an unknown token names no scopes', async (t) => {
  const sandbox = await start(t)

  const { headers } = await fetch(`${sandbox.url}/api/auth.test?token=xoxb-unknown`)

  assert.equal(headers.get('x-oauth-scopes'), null)
})
