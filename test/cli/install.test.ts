import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { decide, printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

test('an install ends with the tokens in the store and a page that says so', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write channels:read')
  const page = await decide(command)
  const { code, stdout, stderr } = await command.finished

  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Installed in +Acme Sandbox \(T0SANDBOX01\)$/m)
  assert.match(stdout, /^App +A0SANDBOX01$/m)
  assert.match(stdout, /^Bot scopes +chat:write, channels:read$/m)
  assert.equal(page.status, 200)
  assert.match(page.html, /Installed/)
  assert.match(page.html, /slack-oauth install/)
  const token = await cli.run('token')
  assert.match(token.stdout, /^xoxb-sandbox-\S+\n$/)
})

test('the browser ends at an address without code and state', async (t) => {
  const { env, redirectUri } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write')
  const page = await decide(command)
  await command.finished

  assert.equal(new URL(page.url).origin, new URL(redirectUri).origin)
  assert.equal(new URL(page.url).search, '')
})

test('every field of the Python SDK is stored, in both of its tables', async (t) => {
  const { env } = await slackApp(t, { app: { tokenRotation: true } })
  const cli = await tempCli(t, env)

  const command = cli.start(
    'install',
    '--scopes',
    'chat:write,incoming-webhook',
    '--user-scopes',
    'search:read',
  )
  await decide(command)
  const { stderr } = await command.finished

  const db = new Database(cli.db, { readonly: true })
  t.after(() => db.close())
  const columns = (table: string): Record<string, unknown> =>
    JSON.parse(JSON.stringify(db.prepare(`select * from ${table}`).get() ?? {}))
  const row = columns('slack_installations')
  const expected: Record<string, RegExp> = {
    client_id: /^1111111111\.2222222222$/,
    app_id: /^A0SANDBOX01$/,
    team_id: /^T0SANDBOX01$/,
    team_name: /^Acme Sandbox$/,
    bot_token: /^xoxe\.xoxb-1-sandbox/,
    bot_id: /^B\w+$/,
    bot_user_id: /^U\w+$/,
    bot_scopes: /^chat:write,incoming-webhook$/,
    bot_refresh_token: /^xoxe-1-sandbox/,
    bot_token_expires_at: /^\d{10}$/,
    user_id: /^U0ALICE0001$/,
    user_token: /^xoxe\.xoxp-1-sandbox/,
    user_scopes: /^search:read$/,
    user_refresh_token: /^xoxe-1-sandbox/,
    user_token_expires_at: /^\d{10}$/,
    incoming_webhook_url: /^http:\S+\/services\//,
    incoming_webhook_channel: /^#general$/,
    incoming_webhook_channel_id: /^C0GENERAL01$/,
    incoming_webhook_configuration_url: /^http/,
    is_enterprise_install: /^0$/,
    token_type: /^bot$/,
    installed_at: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/,
  }
  for (const [column, pattern] of Object.entries(expected)) {
    assert.match(String(row[column]), pattern, `${column}; ${stderr}`)
  }
  assert.equal(row.enterprise_id, '')
  const bot = columns('slack_bots')
  for (const column of ['bot_token', 'bot_id', 'bot_user_id', 'bot_scopes', 'installed_at']) {
    assert.equal(bot[column], row[column], column)
  }
})

test('an org-wide install is stored without a team, with the URL of the organization', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write', '--json')
  await decide(command, { member: 'E0SANDBOX01/W0CAROL0001' })
  const { stdout, stderr } = await command.finished

  const installed: Record<string, unknown> = JSON.parse(stdout)
  assert.equal(installed.is_enterprise_install, true, stderr)
  assert.equal(installed.team_id, null)
  assert.equal(installed.enterprise_id, 'E0SANDBOX01')
  assert.match(String(installed.enterprise_url), /^https?:/)
  assert.equal(
    installed.add_workspaces_url,
    `${env.SLACK_OAUTH_SLACK_URL}/manage/E0SANDBOX01/integrations/profile/A0SANDBOX01/workspaces/add`,
  )
  assert.match((await cli.run('token', '--enterprise', 'E0SANDBOX01')).stdout, /^xoxb-/)
})

test('after an org-wide install the link that adds workspaces stands alone on a line', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write')
  await decide(command, { member: 'E0SANDBOX01/W0CAROL0001' })
  const { stderr } = await command.finished

  assert.match(stderr, /in no workspace of the organization yet.*\nhttp:\S+\/workspaces\/add\n/)
})

test('an incoming webhook is told by its channel, and its URL is shown on demand alone', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'incoming-webhook')
  await decide(command, { channel: 'C0RANDOM001' })
  const { stdout, stderr } = await command.finished

  assert.match(stdout, /^Webhook +posts to #random; its URL: slack-oauth show --reveal$/m)
  assert.doesNotMatch(stdout + stderr, /\/services\//)
  assert.match((await cli.run('show', '--reveal')).stdout, /\/services\/T0SANDBOX01\//)
  assert.doesNotMatch((await cli.run('show')).stdout, /\/services\/T0SANDBOX01\//)
})

test('a user-only install stores a user token, and token prints it', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--user-scopes', 'search:read')
  await decide(command)
  assert.equal((await command.finished).code, 0)

  assert.match((await cli.run('token')).stdout, /^xoxp-/)
  const bot = await cli.run('token', '--bot')
  assert.equal(bot.code, 3)
  assert.equal(bot.stdout, '')
})

test('an install asks Slack with the credentials in the Authorization header alone', async (t) => {
  const { env, slack } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write')
  await decide(command)
  await command.finished

  const [exchange] = slack.calls('oauth.v2.access')
  assert.match(exchange?.headers.authorization ?? '', /^Basic /)
  assert.equal(exchange?.params.client_secret, undefined)
  assert.equal(exchange?.params.redirect_uri, env.SLACK_REDIRECT_URI)
})

test('a wanted scope that was not granted is named', async (t) => {
  const { env, slack } = await slackApp(t)
  slack.inject({ method: 'oauth.v2.access', kind: 'patch', patch: { scope: 'chat:write' } })
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write,channels:read')
  await decide(command)
  const { code, stdout } = await command.finished

  assert.equal(code, 0)
  assert.match(stdout, /^Not granted +channels:read$/m)
})

test('choosing another workspace than --team installs there and says so', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('install', '--scopes', 'chat:write', '--team', 'T0SANDBOX01')
  assert.equal(new URL(await printedUrl(command)).searchParams.get('team'), 'T0SANDBOX01')
  await decide(command, { member: 'T0SANDBOX02/W0CAROL0001' })
  const { code, stderr } = await command.finished

  assert.equal(code, 0)
  assert.match(stderr, /warning: You chose Org Workspace \(T0SANDBOX02\), not T0SANDBOX01/)
})

test('a re-install replaces the old rows instead of adding to them', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  for (const _ of [1, 2, 3]) {
    const command = cli.start('install', '--scopes', 'chat:write', '--user-scopes', 'search:read')
    await decide(command)
    assert.equal((await command.finished).code, 0)
  }

  const db = new Database(cli.db, { readonly: true })
  t.after(() => db.close())
  assert.equal(db.prepare('select count(*) from slack_installations').pluck().get(), 1)
  assert.equal(db.prepare('select count(*) from slack_bots').pluck().get(), 1)
  assert.equal(db.prepare('select count(*) from oauth_states').pluck().get(), 0)
})
