import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { decide, printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { changeStore, storedInstallations } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

const PUBLIC = { app: { pkce: true } }
const PKCE = ['install', '--pkce', '--user-scopes', 'search:read']
const SECRET = 'the-secret-of-the-app'

test('a public client installs with a verifier in the place of the secret', async (t) => {
  const { env, slack } = await slackApp(t, PUBLIC)
  const cli = await tempCli(t, { ...env, SLACK_CLIENT_SECRET: '' })

  const command = cli.start(...PKCE)
  const { searchParams } = new URL(await printedUrl(command))
  await decide(command)
  const { code, stdout, stderr } = await command.finished

  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Renew until +\d{4}-\d\d-\d\d \d\d:\d\dZ$/m)
  const [exchange] = slack.calls('oauth.v2.access')
  const { code_verifier: verifier = '' } = exchange?.params ?? {}
  assert.match(verifier, /^[\w-]{43}$/)
  assert.equal(searchParams.get('code_challenge_method'), 'S256')
  assert.equal(
    searchParams.get('code_challenge'),
    createHash('sha256').update(verifier).digest('base64url'),
  )
})

test('neither exchange nor renewal sends a secret with --pkce, also where one is set', async (t) => {
  const { env, slack } = await slackApp(t, {
    app: { pkce: true, clientSecret: SECRET },
    tokenLifetimeSeconds: 0,
  })
  const cli = await tempCli(t, env)
  const command = cli.start(...PKCE)
  await decide(command)
  assert.equal((await command.finished).code, 0)
  slack.setLifetimes({ tokenLifetimeSeconds: 43_200 })

  const token = await cli.main('token')

  assert.match(token.stdout, /^xoxe\.xoxp-1-sandbox\S+\n$/, token.stderr)
  const [exchange, renewal, ...more] = slack.calls('oauth.v2.access')
  assert.equal(more.length, 0)
  assert.equal(renewal?.params.grant_type, 'refresh_token')
  for (const call of [exchange, renewal]) {
    assert.equal(call?.headers.authorization, undefined)
    assert.equal(call?.clientId, env.SLACK_CLIENT_ID)
    assert.doesNotMatch(JSON.stringify(call), new RegExp(SECRET))
  }
})

test('what is stored says that the client is public, and when its refresh token ends', async (t) => {
  const { env } = await slackApp(t, PUBLIC)
  const cli = await tempCli(t, env)
  const before = Math.floor(Date.now() / 1000)

  const command = cli.start(...PKCE)
  await decide(command)
  await command.finished

  const [installation] = await storedInstallations(cli)
  const { isPublicClient, refreshTokenExpiresAt = 0 } = installation?.user.grant ?? {}
  assert.equal(isPublicClient, true)
  const days = (refreshTokenExpiresAt - before) / 86_400
  assert.ok(days >= 30 && days < 30.01, String(days))
})

test('a renewal counts the thirty days anew', async (t) => {
  const { env } = await slackApp(t, PUBLIC)
  const cli = await tempCli(t, env)
  const command = cli.start(...PKCE)
  await decide(command)
  await command.finished
  const soon = Math.floor(Date.now() / 1000) + 86_400
  const [installation] = await storedInstallations(cli)
  assert.ok(installation?.user.grant)
  const { user } = installation
  const grant = { ...installation.user.grant, refreshTokenExpiresAt: soon }
  await changeStore(cli, ({ installations }) =>
    installations.save({ ...installation, user: { ...user, grant } }),
  )

  const warned = await cli.main('token')
  assert.match(warned.stderr, /^warning: The refresh token of this public client .* ends at/m)
  assert.equal((await cli.main('refresh')).code, 0)

  const [renewed] = await storedInstallations(cli)
  assert.ok((renewed?.user.grant?.refreshTokenExpiresAt ?? 0) > soon + 28 * 86_400)
  assert.doesNotMatch((await cli.main('token')).stderr, /public client/)
})

test('bot scopes with --pkce are refused before anything opens or is asked', async (t) => {
  const { env, slack } = await slackApp(t, PUBLIC)
  const cli = await tempCli(t, env)

  const { code, stdout, stderr } = await cli.main('install', '--pkce', '--scopes', 'chat:write')

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /^error: With PKCE, Slack gives no bot scopes \(chat:write\) over http:/)
  assert.match(stderr, /^hint: Ask for --user-scopes alone; or .* https redirect URI/m)
  assert.deepEqual(slack.callCounts(), {})
})

test('an app that has not turned PKCE on is explained, with what that would cost', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start(...PKCE)
  const page = await decide(command)
  const { code, stderr } = await command.finished

  assert.equal(code, 4)
  assert.match(stderr, /^error: Slack answered "pkce_not_allowed"/m)
  assert.match(stderr, /^hint: Leave --pkce out.* turn(s|ed) off again/m)
  assert.notEqual(page.status, 200)
})

for (const [word, hint] of [
  ['invalid_code_verifier', /close other Slack tabs and run the command again/],
  ['bad_client_secret', /No secret was sent \(--pkce\)/],
] as const) {
  test(`${word} is explained`, async (t) => {
    const { env, slack } = await slackApp(t, PUBLIC)
    const cli = await tempCli(t, env)
    slack.inject({ method: 'oauth.v2.access', kind: 'error', error: word })

    const command = cli.start(...PKCE)
    await decide(command)
    const { code, stdout, stderr } = await command.finished

    assert.equal(code, 4)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`^error: Slack answered "${word}"`, 'm'))
    assert.match(/^hint: (.*)$/m.exec(stderr)?.[1] ?? '', hint)
  })
}

test('a refresh token older than thirty days ends with the command line that helps', async (t) => {
  const { env } = await slackApp(t, {
    ...PUBLIC,
    tokenLifetimeSeconds: 0,
    pkceRefreshLifetimeSeconds: 0,
  })
  const cli = await tempCli(t, env)
  const command = cli.start(...PKCE)
  await decide(command)
  await command.finished

  const { code, stdout, stderr } = await cli.main('token')

  assert.equal(code, 4)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /^hint: slack-oauth install --pkce --team T0SANDBOX01 --user-scopes search:read$/m,
  )
})

test('the verifier is in nothing that is printed, shown or stored', async (t) => {
  const { env, slack } = await slackApp(t, PUBLIC)
  const cli = await tempCli(t, env)

  const command = cli.start(...PKCE, '--json')
  const page = await decide(command)
  const { stdout, stderr } = await command.finished

  const verifier = slack.calls('oauth.v2.access')[0]?.params.code_verifier ?? ''
  const stored = JSON.stringify(await storedInstallations(cli))
  assert.equal(verifier.length, 43)
  assert.equal([stdout, stderr, page.html, page.url, stored].join('\n').includes(verifier), false)
})
