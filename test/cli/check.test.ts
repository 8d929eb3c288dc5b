import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { install, refresh, revoke } from '../sandbox/client.ts'
import { storedInstall } from '../support/installed.ts'
import { slackApp } from '../support/slack-app.ts'
import { changeStore } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'
import { needsScript, onTerminal } from '../support/terminal.ts'
import { longestPause, until } from '../support/until.ts'

const both = { scope: 'chat:write', user_scope: 'im:read' }
const T1 = { team: 'T0SANDBOX01', user: 'U0ALICE0001' }

interface Line {
  readonly kind: string
  readonly user_id: string | null
  readonly ok: boolean
  readonly state: string
  readonly renewable: boolean
  readonly detail: string | null
  readonly missing_scopes: string[]
  readonly unknown_scopes: string[]
}

function lines(stdout: string): Line[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

async function installed(t: Parameters<typeof tempCli>[0], options = {}, asked = both) {
  const app = await slackApp(t, options)
  const cli = await tempCli(t, app.env)
  const installation = await storedInstall(app.slack, cli, asked, T1)
  return { ...app, cli, installation }
}

/** The one line of `check --json` and the exit code. */
async function checkOne(cli: TempCli, ...args: string[]) {
  const { code, stdout, stderr } = await cli.main('check', '--json', ...args)
  const [line] = lines(stdout)
  assert.ok(line, stderr)
  assert.doesNotMatch(stdout + stderr, /xox|sandbox-client-secret/)
  return { code, line, stderr }
}

test('check says which token works, of the bot unless a member is named', async (t) => {
  const { cli, slack } = await installed(t)
  const bot = await cli.main('check')
  assert.equal(bot.code, 0)
  assert.match(bot.stdout, /^PLACE .*\nAcme Sandbox \(T0SANDBOX01\) +bot +live\n$/)
  assert.equal(bot.stderr, '1 token: 1 live\n')
  assert.match((await cli.main('check', '--user')).stdout, /U0ALICE0001 +live\n$/)
  assert.equal(slack.callCounts()['auth.test'], 2)
})

test('check --all asks about every token, bots and members apart', async (t) => {
  const { cli, slack } = await installed(t)
  await storedInstall(slack, cli, both, { team: 'T0SANDBOX01', user: 'U0BOB000001' })
  await storedInstall(slack, cli, both, { org: 'E0SANDBOX01', team: 'E0SANDBOX01' })
  const { code, stdout, stderr } = await cli.main('check', '--all')
  assert.equal(code, 0, stdout + stderr)
  assert.equal(stdout.trim().split('\n').length, 1 + 5)
  assert.equal(stderr, '5 tokens: 5 live\n')
  assert.doesNotMatch(stdout, /xox/)
  const narrowed = await cli.main('check', '--all', '--team', 'T0SANDBOX01', '--json')
  assert.equal(lines(narrowed.stdout).length, 3)
})

test('nothing stored is exit 3, nothing that matches too', async (t) => {
  const cli = await tempCli(t)
  assert.equal((await cli.main('check', '--all')).code, 3)
  const { cli: other } = await installed(t)
  assert.equal((await other.run('check', '--all', '--team', 'T404')).code, 3)
  assert.equal((await other.run('check', '--team', 'T404')).code, 3)
})

test('a revoked token is exit 4 with the command that installs it anew', async (t) => {
  const { cli, slack, installation } = await installed(t)
  await revoke(slack, installation.bot?.token ?? '')
  const { code, line, stderr } = await checkOne(cli)
  assert.equal(code, 4)
  assert.deepEqual([line.state, line.ok, line.detail], ['revoked', false, 'token_revoked'])
  assert.match(stderr, /"code":"token_revoked".*slack-oauth install --team T0SANDBOX01 --scopes/)
  const table = await cli.main('check', '--all')
  assert.match(table.stdout, /bot +revoked +token_revoked\n/)
  assert.match(table.stderr, /^error: 2 tokens: 1 live; 1 revoked \(token_revoked\)\nhint: /)
})

test('a token that Slack does not know is revoked, with its word', async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'auth.test', kind: 'error', error: 'account_inactive', times: 1 })
  assert.equal((await checkOne(cli)).line.detail, 'account_inactive')
  slack.inject({ method: 'auth.test', kind: 'error', error: 'team_access_not_granted', times: 1 })
  const { code, line } = await checkOne(cli)
  assert.deepEqual([code, line.state, line.detail], [4, 'refused', 'team_access_not_granted'])
})

test('an expired token is not asked about, and is fine while it can be renewed', async (t) => {
  const app = { tokenRotation: true }
  const { cli, slack } = await installed(t, { app, tokenLifetimeSeconds: 0 })
  const { code, line } = await checkOne(cli)
  assert.deepEqual([code, line.state, line.renewable, line.ok], [0, 'expired', true, true])
  const table = await cli.main('check')
  assert.match(table.stdout, /bot +expired, renewable +\d{4}-.*Z\n$/)
  assert.equal(slack.callCounts()['auth.test'], undefined)
  assert.equal(slack.callCounts()['oauth.v2.access'], 1)
})

test('an expired token without a refresh token, or with one that Slack refused, is exit 4', async (t) => {
  const app = { tokenRotation: true }
  const { cli, installation } = await installed(t, { app, tokenLifetimeSeconds: 0 })
  const { bot } = installation
  assert.ok(bot)
  const key = { clientId: installation.clientId, teamId: T1.team, isEnterpriseInstall: false }
  const failed = { ...bot, failure: { code: 'refresh_token_invalid', at: 1 } }
  await changeStore(cli, ({ installations }) => installations.replaceGrant(key, bot, failed))
  assert.equal((await checkOne(cli)).code, 4)
  const { refreshToken: _, ...endless } = bot
  await changeStore(cli, ({ installations }) => installations.replaceGrant(key, failed, endless))
  const { code, line } = await checkOne(cli)
  assert.deepEqual([code, line.state, line.renewable], [4, 'expired', false])
})

test('a token that was pushed out by newer ones is revoked', async (t) => {
  const { cli, slack, installation } = await installed(t, { app: { tokenRotation: true } })
  let token = installation.bot?.refreshToken ?? ''
  for (const _ of [1, 2]) token = (await refresh(slack, token)).refresh_token
  assert.equal((await checkOne(cli)).line.state, 'revoked')
})

test('scopes that were added since are told, and are no failure', async (t) => {
  const { cli, slack } = await installed(t)
  await install(slack, { scope: 'chat:write,channels:read' }, T1)
  const { code, line } = await checkOne(cli)
  assert.deepEqual(
    [code, line.state, line.unknown_scopes, line.missing_scopes],
    [0, 'wrong scopes', ['channels:read'], []],
  )
  assert.match((await cli.main('check')).stdout, /wrong scopes +has channels:read besides\n/)
})

test('stored scopes that Slack does not grant are exit 4', async (t) => {
  const { cli, installation } = await installed(t)
  const { bot } = installation
  assert.ok(bot)
  const key = { clientId: installation.clientId, teamId: T1.team, isEnterpriseInstall: false }
  const more = { ...bot, scopes: ['chat:write', 'users:read'] }
  await changeStore(cli, ({ installations }) => installations.replaceGrant(key, bot, more))
  const { code, line, stderr } = await checkOne(cli)
  assert.deepEqual([code, line.missing_scopes], [4, ['users:read']])
  assert.match(stderr, /authorization_failed/)
})

test('wanted scopes that were not granted are named, of the bot and of members apart', async (t) => {
  const { cli } = await installed(t)
  const wanted = ['--scopes', 'chat:write users:read', '--user-scopes', 'im:read']
  const { code, stdout, stderr } = await cli.main('check', '--all', ...wanted)
  assert.equal(code, 4)
  assert.match(stdout, /bot +wrong scopes +lacks users:read\n/)
  assert.match(stdout, /U0ALICE0001 +live\n/)
  assert.match(stderr, /hint: slack-oauth install .*--scopes chat:write,users:read\n/)
})

test('a token of another workspace or member is in the wrong place', async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'auth.test', kind: 'patch', patch: { team_id: 'T0OTHER' }, times: 1 })
  const elsewhere = await checkOne(cli)
  assert.deepEqual(
    [elsewhere.code, elsewhere.line.state, elsewhere.line.detail],
    [4, 'wrong place', 'of T0OTHER'],
  )
  slack.inject({ method: 'auth.test', kind: 'patch', patch: { user_id: 'U0OTHER' }, times: 1 })
  assert.equal((await checkOne(cli, '--user')).line.detail, 'of U0OTHER')
})

for (const [what, fault, detail] of [
  ['HTTP 500', { kind: 'status', status: 500 }, /HTTP 500/],
  ['no answer', { kind: 'hang-up' }, /the connection broke/],
  ['a page of HTML', { kind: 'html' }, /not JSON/],
] as const) {
  test(`${what} is exit 5, and says nothing of the token`, async (t) => {
    const { cli, slack } = await installed(t)
    slack.inject({ method: 'auth.test', ...fault })
    const { code, line } = await checkOne(cli)
    assert.deepEqual([code, line.state, line.ok], [5, 'unreachable', false])
    assert.match(line.detail ?? '', detail)
  })
}

test('a token that is dead counts for more than one that could not be asked about', async (t) => {
  const { cli, slack, installation } = await installed(t)
  const { bot } = installation
  assert.ok(bot)
  const key = { clientId: installation.clientId, teamId: T1.team, isEnterpriseInstall: false }
  const ended = { ...bot, expiresAt: 1 }
  await changeStore(cli, ({ installations }) => installations.replaceGrant(key, bot, ended))
  slack.inject({ method: 'auth.test', kind: 'html' })
  const { code, stdout } = await cli.main('check', '--all', '--json')
  assert.deepEqual(
    lines(stdout).map(({ state }) => state),
    ['expired', 'unreachable'],
  )
  assert.equal(code, 4)
})

test('of 30 tokens, a rate limit in the middle holds back all and loses none', async (t) => {
  const members = Array.from({ length: 29 }, (_, i) => ({
    id: `U0MEMBER${i}`,
    name: `Member ${i}`,
  }))
  const workspaces = [{ id: 'T0MANY', name: 'Many', members }]
  const app = await slackApp(t, { workspaces, enterprises: [] })
  const cli = await tempCli(t, app.env)
  for (const { id } of members) {
    await storedInstall(app.slack, cli, both, { team: 'T0MANY', user: id })
  }
  const limit = { kind: 'status', status: 429, retryAfter: 1, times: 1 } as const
  app.slack.inject({ method: 'auth.test', kind: 'delay', seconds: 0, times: 12 })
  app.slack.inject({ method: 'auth.test', ...limit })
  const asked = () => app.slack.callCounts()['auth.test'] ?? 0
  const command = cli.start('check', '--all', '--json')
  const pause = await longestPause(asked, command.finished)
  assert.ok(pause.seconds > 0.9, `held back for ${pause.seconds} seconds`)
  // The twelve before, the one that was limited, and those that were on their way by then
  assert.ok(pause.count >= 13 && pause.count <= 17, `${pause.count} by the time of the pause`)
  const { code, stdout, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.equal(lines(stdout).filter(({ state }) => state === 'live').length, 30)
  // The one that was limited is asked about again, and no other
  assert.equal(asked(), 31)
})

test('a pause longer than anybody waits is exit 5 for all that would have to wait', async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'auth.test', kind: 'status', status: 429, retryAfter: 600, times: 1 })
  const { code, stdout, stderr } = await cli.main('check', '--all', '--json')
  assert.equal(code, 5)
  assert.match(stderr, /rate_limited/)
  assert.ok(lines(stdout).some(({ state }) => state === 'unreachable'))
})

test('Ctrl-C leaves whole what was printed so far', async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'auth.test', kind: 'delay', seconds: 0, times: 1 })
  slack.inject({ method: 'auth.test', kind: 'silence' })
  const command = cli.start('check', '--all', '--json')
  await command.waitFor(/\n/, 'stdout')
  command.child.kill('SIGINT')
  const { code, stdout } = await command.finished
  assert.equal(code, 130)
  assert.equal(lines(stdout).length, 1)

  slack.clearFaults()
  slack.inject({ method: 'auth.test', kind: 'delay', seconds: 0, times: 1 })
  slack.inject({ method: 'auth.test', kind: 'silence' })
  const before = slack.callCounts()['auth.test'] ?? 0
  const table = cli.start('check', '--all')
  await until(() => (slack.callCounts()['auth.test'] ?? 0) >= before + 2)
  await sleep(200)
  table.child.kill('SIGINT')
  const ended = await table.finished
  assert.equal(ended.code, 130)
  assert.match(ended.stdout, /^PLACE .*\n.* live\n$/)
})

test('--all goes with no choice of one token', async (t) => {
  const cli = await tempCli(t)
  assert.equal((await cli.main('check', '--all', '--user', 'U1')).code, 2)
})

test('on a terminal the progress leaves nothing behind', { skip: needsScript }, async (t) => {
  const { cli, slack } = await installed(t)
  slack.inject({ method: 'auth.test', kind: 'delay', seconds: 0.5 })
  const { code, shown } = await onTerminal(cli, {}, 'check', '--all')
  assert.equal(code, 0, shown)
  assert.match(shown, /Asking Slack/)
  assert.ok(
    shown.lastIndexOf('\u001b[?25h') > shown.lastIndexOf('\u001b[?25l'),
    'the cursor is back',
  )
  assert.match(shown, /U0ALICE0001 +live\r\n2 tokens: 2 live\r\n/)

  const bare = await onTerminal(cli, { columns: 0 }, 'check', '--all')
  assert.equal(bare.code, 0, 'a terminal of no width')
  assert.doesNotMatch(bare.shown, /Asking/)
})
