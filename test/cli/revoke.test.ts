import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { authTest, refresh, revoke } from '../sandbox/client.ts'
import { storedInstall } from '../support/installed.ts'
import { slackApp } from '../support/slack-app.ts'
import { changeStore, storedInstallations } from '../support/stored.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'
import { needsScript, onTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const both = { scope: 'chat:write', user_scope: 'im:read' }
const T1 = { team: 'T0SANDBOX01', user: 'U0ALICE0001' }
const rotating = { app: { tokenRotation: true } }

async function installed(t: TestContext, options = {}, asked: Record<string, string> = both) {
  const app = await slackApp(t, options)
  const cli = await tempCli(t, app.env)
  const installation = await storedInstall(app.slack, cli, asked, T1)
  const bot = installation.bot ?? { token: '', refreshToken: '' }
  const user = installation.user.grant ?? { token: '', refreshToken: '' }
  return { ...app, cli, installation, bot, user }
}

async function run(cli: TempCli, ...args: string[]) {
  const finished = await cli.main('revoke', ...args)
  assert.doesNotMatch(finished.stdout + finished.stderr, /xox|sandbox-client-secret/)
  return finished
}

test('revoke ends the bot token at Slack and forgets it, and leaves members alone', async (t) => {
  const { cli, slack, bot, user } = await installed(t)
  assert.deepEqual(await run(cli, '--yes'), {
    code: 0,
    stdout: '',
    stderr: 'Revoked the bot token for Acme Sandbox (T0SANDBOX01), and forgot it\n',
  })
  assert.equal((await authTest(slack, bot.token)).error, 'token_revoked')
  assert.equal((await authTest(slack, user.token)).ok, true)
  const [left] = await storedInstallations(cli)
  assert.equal(left?.bot, undefined)
  assert.equal(left?.user.grant?.token, user.token)
})

test('revoke --user ends the token of that member, and leaves the bot and other members', async (t) => {
  const { cli, slack, bot, user } = await installed(t)
  const bob = await storedInstall(slack, cli, both, { ...T1, user: 'U0BOB000001' })
  const { code, stdout } = await run(cli, '--user', 'U0ALICE0001', '--yes', '--json')
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout), {
    client_id: '1111111111.2222222222',
    enterprise_id: null,
    team_id: 'T0SANDBOX01',
    kind: 'user',
    user_id: 'U0ALICE0001',
    revoked: true,
    forgotten: true,
  })
  assert.equal((await authTest(slack, user.token)).error, 'token_revoked')
  assert.equal((await authTest(slack, bob.user.grant?.token ?? '')).ok, true)
  assert.equal((await cli.main('token')).stdout, `${bot.token}\n`)
  assert.equal((await cli.main('token', '--user')).stdout, `${bob.user.grant?.token}\n`)
})

test('with rotation, the refresh token dies before the access token', async (t) => {
  const { cli, slack, bot, user } = await installed(t, rotating)
  assert.equal((await run(cli, '--yes')).code, 0)
  assert.equal((await authTest(slack, bot.token)).error, 'token_revoked')
  assert.equal((await refresh(slack, bot.refreshToken ?? '')).error, 'invalid_refresh_token')
  assert.equal((await authTest(slack, user.token)).ok, true)
  const [first, second] = slack.calls('auth.revoke')
  assert.equal(first?.headers.authorization, `Bearer ${bot.refreshToken}`)
  assert.equal(second?.headers.authorization, `Bearer ${bot.token}`)
})

test('with rotation, an expired access token does not keep the refresh token alive', async (t) => {
  const { cli, slack, bot } = await installed(t, { ...rotating, tokenLifetimeSeconds: 0 })
  assert.equal((await run(cli, '--yes')).code, 0)
  assert.equal((await refresh(slack, bot.refreshToken ?? '')).error, 'invalid_refresh_token')
  assert.equal((await cli.main('token', '--bot')).code, 3)
})

for (const [name, options] of [
  ['with', rotating],
  ['without', {}],
] as const) {
  test(`revoke --all ends every token of the place, ${name} rotation`, async (t) => {
    const { cli, slack, user } = await installed(t, options)
    const bob = await storedInstall(slack, cli, both, { ...T1, user: 'U0BOB000001' })
    const elsewhere = { team: 'T0SANDBOX02', user: 'W0CAROL0001' }
    const other = await storedInstall(slack, cli, both, elsewhere)
    const { code, stderr } = await run(cli, '--team', 'T0SANDBOX01', '--all', '--yes')
    assert.equal(code, 0, stderr)
    for (const token of [bob.bot?.token, user.token, bob.user.grant?.token]) {
      assert.equal((await authTest(slack, token ?? '')).error, 'token_revoked')
    }
    assert.equal((await authTest(slack, other.bot?.token ?? '')).ok, true)
    assert.deepEqual(
      (await storedInstallations(cli)).map(({ team }) => team?.id),
      ['T0SANDBOX02'],
    )
  })
}

test('a token that is dead at Slack is forgotten, and a second revoke is as good', async (t) => {
  const { cli, slack, bot } = await installed(t, {}, { scope: 'chat:write' })
  await revoke(slack, bot.token)
  const first = await run(cli, '--yes', '--json')
  assert.equal(first.code, 0)
  assert.match(first.stdout, /"revoked":false,"forgotten":true/)
  for (const args of [
    ['--yes'],
    ['--bot', '--yes'],
    ['--all', '--yes'],
    ['--uninstall', '--yes'],
  ]) {
    const again = await run(cli, ...args)
    assert.deepEqual([again.code, again.stdout], [0, ''], again.stderr)
    assert.match(again.stderr, /^Nothing is installed.*: nothing to revoke$/m)
  }
})

test('where there is no store, there is nothing to revoke', async (t) => {
  const cli = await tempCli(t)
  const { code, stderr } = await run(cli, '--yes')
  assert.equal(code, 0)
  assert.match(stderr, /: nothing to revoke$/m)
  assert.equal(existsSync(cli.db), false)
})

test('a second revoke never takes the token of a member, or of another place', async (t) => {
  const { cli, slack, user } = await installed(t)
  assert.equal((await run(cli, '--yes')).code, 0)
  const again = await run(cli, '--yes')
  assert.equal(again.code, 2)
  assert.match(
    again.stderr,
    /no bot token for Acme .*only those of members.*\nhint: .*--user U0ALICE/,
  )
  assert.equal((await run(cli, '--bot', '--yes')).code, 0)
  assert.equal((await authTest(slack, user.token)).ok, true)

  const org = { team: 'E0SANDBOX01', org: 'E0SANDBOX01' }
  await storedInstall(slack, cli, { scope: 'chat:write' }, org)
  const inside = { team: 'T0SANDBOX02', user: 'W0CAROL0001' }
  const left = await storedInstall(slack, cli, { scope: 'chat:write' }, inside)
  for (const _ of [1, 2]) {
    assert.equal((await run(cli, '--enterprise', 'E0SANDBOX01', '--yes')).code, 0)
  }
  assert.equal((await authTest(slack, left.bot?.token ?? '')).ok, true)
})

test('a workspace is not revoked by way of its organization', async (t) => {
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const org = { team: 'E0SANDBOX01', org: 'E0SANDBOX01' }
  const { bot } = await storedInstall(app.slack, cli, { scope: 'chat:write' }, org)
  const place = ['--team', 'T0SANDBOX02', '--enterprise', 'E0SANDBOX01']
  assert.match((await run(cli, ...place, '--yes')).stderr, /: nothing to revoke$/m)
  assert.equal((await authTest(app.slack, bot?.token ?? '')).ok, true)
})

for (const fault of [
  { kind: 'status', status: 500 },
  { kind: 'hang-up' },
  { kind: 'html' },
] as const) {
  test(`where Slack fails (${fault.kind}), nothing is forgotten`, async (t) => {
    const { cli, slack } = await installed(t, rotating)
    const before = await storedInstallations(cli)
    slack.inject({ method: '*', ...fault })
    for (const args of [['--yes'], ['--all', '--yes'], ['--uninstall', '--yes']]) {
      const { code, stdout } = await run(cli, ...args)
      assert.deepEqual([code, stdout], [5, ''])
    }
    assert.deepEqual(await storedInstallations(cli), before)
    slack.clearFaults()
    assert.equal((await run(cli, '--all', '--yes')).code, 0)
    assert.deepEqual(await storedInstallations(cli), [])
  })
}

test('an answer that was lost is asked for again', async (t) => {
  const { cli, slack, bot } = await installed(t)
  slack.inject({ method: 'auth.revoke', kind: 'drop-answer', times: 1 })
  assert.equal((await run(cli, '--yes')).code, 0)
  assert.equal((await authTest(slack, bot.token)).error, 'token_revoked')
})

test('--local forgets, and does not ask Slack', async (t) => {
  const { cli, slack, bot, user } = await installed(t)
  const { code, stderr } = await run(cli, '--local', '--yes')
  assert.equal(code, 0)
  assert.match(stderr, /^Forgot the bot token for .*, which stays valid at Slack\n$/)
  assert.equal((await run(cli, '--local', '--all', '--yes')).code, 0)
  assert.deepEqual(await storedInstallations(cli), [])
  assert.deepEqual(Object.keys(slack.callCounts()), ['oauth.v2.authorize', 'oauth.v2.access'])
  for (const { token } of [bot, user]) assert.equal((await authTest(slack, token)).ok, true)
})

test('--uninstall removes the app from the place, and forgets it', async (t) => {
  const { cli, slack, bot, user } = await installed(t)
  const elsewhere = { team: 'T0SANDBOX02', user: 'W0CAROL0001' }
  await storedInstall(slack, cli, both, elsewhere)
  const { code, stdout } = await run(cli, '--team', 'T0SANDBOX01', '--uninstall', '--yes', '--json')
  assert.equal(code, 0)
  assert.deepEqual(JSON.parse(stdout), {
    client_id: '1111111111.2222222222',
    enterprise_id: null,
    team_id: 'T0SANDBOX01',
    uninstalled: true,
    forgotten: true,
  })
  for (const { token } of [bot, user]) {
    assert.equal((await authTest(slack, token)).error, 'token_revoked')
  }
  assert.deepEqual(
    (await storedInstallations(cli)).map(({ team }) => team?.id),
    ['T0SANDBOX02'],
  )
})

test('--uninstall renews an expired token first, for it takes one that lives', async (t) => {
  const { cli, slack } = await installed(t, { ...rotating, tokenLifetimeSeconds: 0 })
  slack.setLifetimes({ tokenLifetimeSeconds: 600 })
  const { code, stderr } = await run(cli, '--uninstall', '--yes')
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^Uninstalled from Acme Sandbox/)
  assert.deepEqual(await storedInstallations(cli), [])
})

test('--uninstall takes the token of a member where the bot may not', async (t) => {
  const { cli, slack, user } = await installed(t)
  slack.inject({ method: 'apps.uninstall', kind: 'error', error: 'no_permission', times: 1 })
  assert.equal((await run(cli, '--uninstall', '--yes')).code, 0)
  assert.equal(slack.calls('apps.uninstall')[1]?.headers.authorization, `Bearer ${user.token}`)

  const other = await installed(t)
  other.slack.inject({ method: 'apps.uninstall', kind: 'error', error: 'no_permission' })
  const { code, stderr } = await run(other.cli, '--uninstall', '--yes')
  assert.equal(code, 4)
  assert.match(stderr, /no_permission/)
  assert.equal((await storedInstallations(other.cli)).length, 1)
})

test('--uninstall with dead tokens forgets them, and says what it could not do', async (t) => {
  const { cli, slack, bot, user } = await installed(t)
  for (const { token } of [bot, user]) await revoke(slack, token)
  const { code, stderr } = await run(cli, '--uninstall', '--yes')
  assert.equal(code, 0)
  assert.match(stderr, /^warning: No stored token for .* works any more.*\nForgot Acme Sandbox/)
  assert.deepEqual(await storedInstallations(cli), [])
})

test('--uninstall with a wrong or a missing secret changes nothing', async (t) => {
  const { cli, bot } = await installed(t)
  const wrong = await run(cli.with({ SLACK_CLIENT_SECRET: 'wrong' }), '--uninstall', '--yes')
  assert.equal(wrong.code, 4)
  assert.match(wrong.stderr, /invalid_client/)
  const missing = await run(cli.with({ SLACK_CLIENT_SECRET: '' }), '--uninstall', '--yes')
  assert.equal(missing.code, 2)
  assert.equal((await cli.main('token')).stdout, `${bot.token}\n`)
})

test('without a terminal and without --yes, nothing is asked and nothing is done', async (t) => {
  const { cli, slack, bot } = await installed(t)
  const { code, stderr } = await run(cli)
  assert.equal(code, 2)
  assert.match(stderr, /There is no terminal to ask on.*\nhint: Add --yes\n$/)
  assert.equal((await authTest(slack, bot.token)).ok, true)
  assert.equal((await storedInstallations(cli)).length, 1)
})

test('choices that exclude each other are refused', async (t) => {
  const cli = await tempCli(t)
  for (const args of [
    ['--all', '--user', 'U1'],
    ['--uninstall', '--local'],
    ['--uninstall', '--all'],
    ['--bot', '--user', 'U1'],
  ]) {
    assert.equal((await run(cli, ...args, '--yes')).code, 2, args.join(' '))
  }
})

test('a revoke waits for whoever is renewing the token, and not for ever', async (t) => {
  const { cli, slack, bot, installation } = await installed(t)
  await changeStore(cli, async (store) => {
    const { clientId } = installation
    const key = { clientId, teamId: T1.team, isEnterpriseInstall: false }
    const lock = await store.tryLock(key)
    const { code, stderr } = await run(cli, '--yes', '--timeout', '1')
    assert.equal(code, 6)
    assert.match(stderr, /locked by another process/)
    assert.equal((await authTest(slack, bot.token)).ok, true)

    const waiting = cli.start('revoke', '--yes')
    await waiting.waitFor(/Waiting for another process/)
    await lock?.release()
    assert.equal((await waiting.finished).code, 0)
  })
  assert.equal((await authTest(slack, bot.token)).error, 'token_revoked')
})

test('a token that another program stores meanwhile is revoked as well', async (t) => {
  const { cli, slack, bot, installation } = await installed(t, rotating)
  slack.inject({ method: 'auth.revoke', kind: 'delay', seconds: 1, times: 1 })
  const command = cli.start('revoke', '--yes')
  await until(() => slack.calls('auth.revoke').length > 0)
  const newer = await refresh(slack, bot.refreshToken ?? '')
  await changeStore(cli, ({ installations }) =>
    installations.replaceGrant(
      { clientId: installation.clientId, teamId: T1.team, isEnterpriseInstall: false },
      { ...bot, scopes: [] },
      { token: newer.access_token, refreshToken: newer.refresh_token, scopes: ['chat:write'] },
    ),
  )
  assert.equal((await command.finished).code, 0)
  assert.equal((await authTest(slack, newer.access_token)).error, 'token_revoked')
  assert.equal((await refresh(slack, newer.refresh_token)).error, 'invalid_refresh_token')
  assert.equal((await cli.main('token', '--bot')).code, 3)
})

test('a token that is gone by the time is not that of the organization', async (t) => {
  const app = await slackApp(t)
  const cli = await tempCli(t, app.env)
  const org = { team: 'E0SANDBOX01', org: 'E0SANDBOX01' }
  const { bot } = await storedInstall(app.slack, cli, { scope: 'chat:write' }, org)
  const inside = { team: 'T0SANDBOX02', user: 'W0CAROL0001' }
  const { clientId } = await storedInstall(app.slack, cli, { scope: 'chat:write' }, inside)
  const key = { clientId, enterpriseId: 'E0SANDBOX01', teamId: 'T0SANDBOX02' }
  await changeStore(cli, async (store) => {
    const lock = await store.tryLock({ ...key, isEnterpriseInstall: false })
    const command = cli.start('revoke', '--team', 'T0SANDBOX02', '--yes')
    await command.waitFor(/Waiting for another process/)
    await store.installations.deleteAll(key)
    await lock?.release()
    assert.equal((await command.finished).code, 0)
  })
  assert.equal((await authTest(app.slack, bot?.token ?? '')).ok, true)
})

test('on a terminal it asks, naming the place and what will happen', {
  skip: needsScript,
}, async (t) => {
  const { cli, slack, bot } = await installed(t)
  const alive = async () => (await authTest(slack, bot.token)).ok

  const no = await onTerminal(cli, { typed: '\n' }, 'revoke')
  assert.match(
    no.shown.replaceAll('\r\n', ' '),
    /Slack then removes the app's bot, .* webhooks.*\. Revoke the bot token for Acme Sandbox \(T0SANDBOX01\)\? \[y\/N\] /,
  )
  assert.equal(no.code, 4)
  for (const [typed, code] of [
    ['\u0003', 130],
    ['\u0004', 4],
    ['maybe\n', 4],
  ] as const) {
    assert.equal((await onTerminal(cli, { typed }, 'revoke')).code, code, JSON.stringify(typed))
  }
  assert.equal(await alive(), true)
  const uninstall = await onTerminal(cli, { typed: 'n\n' }, 'revoke', '--uninstall')
  assert.match(uninstall.shown, /Uninstall the app \S+ from Acme\s+Sandbox/)

  const yes = await onTerminal(cli, { typed: 'y\n' }, 'revoke')
  assert.equal(yes.code, 0, yes.shown)
  assert.equal(await alive(), false)
})
