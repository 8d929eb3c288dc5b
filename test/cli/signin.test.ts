import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import type { Fault, IdTokenFault } from '../../src/sandbox/sandbox.ts'
import { decide, printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'
import { until } from '../support/until.ts'

test('signin prints who signed in and every check', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('signin')
  const page = await decide(command)
  const { code, stdout, stderr } = await command.finished

  assert.equal(code, 0, stderr)
  assert.match(stdout, /^Name +Alice Example$/m)
  assert.match(stdout, /^Email +alice@example\.com$/m)
  assert.match(stdout, /^Member +U0ALICE0001$/m)
  assert.match(stdout, /^Workspace +Acme Sandbox \(T0SANDBOX01\)$/m)
  for (const check of ['signature', 'iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'sub']) {
    assert.match(stdout, new RegExp(`^${check} +ok `, 'm'))
  }
  assert.match(page.html, /Signed in/)
})

test('signin --json prints claims and checks, and no token', async (t) => {
  const { env, slack } = await slackApp(t)
  const cli = await tempCli(t, env)

  const command = cli.start('signin', '--json')
  await decide(command)
  const { stdout } = await command.finished

  const document: {
    claims: Record<string, unknown>
    user_info: Record<string, unknown>
    checks: { name: string; result: string }[]
  } = JSON.parse(stdout)
  assert.equal(document.claims.iss, slack.url)
  assert.equal(document.user_info.email, 'alice@example.com')
  assert.equal(document.checks.length, 9)
  assert.doesNotMatch(stdout, /xoxp-|eyJ[\w-]+\./)
})

test('signin sends a fresh state and a fresh nonce each time', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)
  const seen = new Set<string>()
  for (const _ of [1, 2]) {
    const command = cli.start('signin')
    const parameters = new URL(await printedUrl(command)).searchParams
    seen.add(parameters.get('state') ?? '').add(parameters.get('nonce') ?? '')
    command.child.kill('SIGTERM')
    await command.finished
  }
  assert.equal(seen.size, 4)
  for (const value of seen) assert.equal(Buffer.from(value, 'base64url').length, 32)
})

const failing: readonly [fault: IdTokenFault, check: string][] = [
  ['wrong-nonce', 'nonce'],
  ['wrong-audience', 'aud'],
  ['wrong-issuer', 'iss'],
  ['wrong-key', 'signature'],
  ['unknown-kid', 'signature'],
  ['alg-none', 'alg'],
  ['alg-hs256', 'alg'],
  ['expired', 'exp'],
  ['issued-in-future', 'iat'],
  ['wrong-at-hash', 'at_hash'],
  ['missing', 'id_token'],
]

for (const [fault, check] of failing) {
  test(`an ID token that is ${fault} signs nobody in, and the failing check is named`, async (t) => {
    const { env } = await slackApp(t, {
      faults: [{ method: 'openid.connect.token', kind: 'id-token', fault }],
    })
    const cli = await tempCli(t, env)

    const command = cli.start('signin')
    const page = await decide(command)
    const { code, stdout, stderr } = await command.finished

    assert.equal(code, 4, stderr)
    assert.equal(stdout, '')
    assert.match(
      stderr,
      new RegExp(`error: The ID token fails the check "${check}".*id_token_invalid`),
    )
    assert.match(page.html, /That did not work/)
    assert.doesNotMatch(stderr, /xoxp-|eyJ[\w-]+\./)
  })
}

test('a userInfo of somebody else signs nobody in', async (t) => {
  const { env } = await slackApp(t, {
    faults: [{ method: 'openid.connect.userInfo', kind: 'id-token', fault: 'wrong-subject' }],
  })
  const cli = await tempCli(t, env)

  const command = cli.start('signin')
  await decide(command)
  const { code, stdout, stderr } = await command.finished

  assert.equal(code, 4)
  assert.equal(stdout, '')
  assert.match(stderr, /fails the check "sub"/)
})

test('an error of the OpenID token endpoint keeps the word of Slack', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, { ...env, SLACK_CLIENT_SECRET: 'not-it' })

  const command = cli.start('signin')
  await decide(command)
  const { code, stderr } = await command.finished

  assert.equal(code, 4)
  assert.match(stderr, /Slack answered "bad_client_secret" \(openid.connect.token\)/)
  assert.match(stderr, /hint: Compare SLACK_CLIENT_SECRET/)
})

test('discovery that does not answer ends signin before a browser opens', async (t) => {
  for (const kind of ['hang-up', 'html'] as const) {
    const { env } = await slackApp(t, { faults: [{ method: 'openid.discovery', kind }] })
    const cli = await tempCli(t, env)

    const { code, stderr } = await cli.run('signin', '--timeout', '3')

    assert.equal(code, 5, stderr)
    assert.doesNotMatch(stderr, /Open this URL/)
  }
})

test('endpoints that lead away from Slack are not called', async (t) => {
  const elsewhere = 'http://127.0.0.1:9/api/openid.connect.token'
  const { env } = await slackApp(t, {
    faults: [{ method: 'openid.discovery', kind: 'patch', patch: { token_endpoint: elsewhere } }],
  })
  const cli = await tempCli(t, env)

  const command = cli.start('signin')
  await decide(command)
  const { code, stderr } = await command.finished

  assert.equal(code, 5)
  assert.match(stderr, /is to come from http:\/\/127\.0\.0\.1:9/)
})

test('signin leaves no file behind', async (t) => {
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)
  const command = cli.start('signin')
  await decide(command)
  assert.equal((await command.finished).code, 0)
  assert.deepEqual(await readdir(cli.home), [])
})

const faults: readonly [fault: Fault, code: number, says: RegExp][] = [
  [
    { method: 'openid.connect.token', kind: 'status', status: 500 },
    5,
    /Slack answered HTTP 500 \(openid\.connect\.token\)/,
  ],
  [
    { method: 'openid.connect.token', kind: 'status', status: 429, retryAfter: 1 },
    5,
    /"ratelimited" \(openid\.connect\.token\) \(rate_limited\)/,
  ],
  [{ method: 'openid.connect.token', kind: 'html' }, 5, /openid\.connect\.token was not JSON/],
  [
    { method: 'openid.connect.token', kind: 'truncate' },
    5,
    /No answer from .*openid\.connect\.token/,
  ],
  [{ method: 'openid.connect.token', kind: 'silence' }, 5, /did not answer within 2 seconds/],
  [{ method: 'openid.keys', kind: 'hang-up' }, 5, /No answer from .*openid\/connect\/keys/],
  [{ method: 'openid.connect.userInfo', kind: 'hang-up' }, 5, /No answer from .*userInfo/],
  [
    { method: 'openid.connect.token', kind: 'error', error: 'invalid_grant' },
    4,
    /Slack answered "invalid_grant" \(openid\.connect\.token\)/,
  ],
]

for (const [fault, code, says] of faults) {
  const kind = fault.kind === 'error' ? fault.error : fault.kind
  test(`${kind} of ${fault.method} ends signin with exit ${code}`, async (t) => {
    const { env } = await slackApp(t, { faults: [fault] })
    const cli = await tempCli(t, env)
    const command = cli.start('signin', '--timeout', '2')
    await decide(command)
    const finished = await command.finished
    assert.equal(finished.code, code, finished.stderr)
    assert.equal(finished.stdout, '')
    assert.match(finished.stderr, says)
  })
}

test('cancelling signin is exit 4', async (t) => {
  const { env } = await slackApp(t)
  const command = (await tempCli(t, env)).start('signin')
  await decide(command, { decision: 'cancel' })
  const { code, stderr } = await command.finished
  assert.equal(code, 4)
  assert.match(stderr, /Cancelled on Slack's page/)
})

test('a discovery document of another issuer is no ID token that fails', async (t) => {
  const { env } = await slackApp(t, {
    faults: [
      { method: 'openid.discovery', kind: 'patch', patch: { issuer: 'https://elsewhere.example' } },
    ],
  })
  const { code, stderr } = await (await tempCli(t, env)).run('signin')
  assert.equal(code, 5)
  assert.match(stderr, /openid-configuration is not that of http/)
})

test('SIGTERM ends signin at once during the exchange', async (t) => {
  const { env, slack } = await slackApp(t, {
    faults: [{ method: 'openid.connect.token', kind: 'delay', seconds: 30 }],
  })
  const command = (await tempCli(t, env)).start('signin')
  decide(command).catch(() => {})
  await until(() => slack.calls('openid.connect.token').length > 0)
  command.child.kill('SIGTERM')
  assert.equal((await command.finished).code, 143)
})

test('a redirect URI with a query is refused for signin, and good for install', async (t) => {
  const { env, redirectUri } = await slackApp(t)
  const cli = (await tempCli(t, env)).with({ SLACK_REDIRECT_URI: `${redirectUri}?app=1` })
  const refused = await cli.run('signin')
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /has a query \(invalid_redirect_uri\)/)
  const command = cli.start('install', '--scopes', 'chat:write')
  await decide(command)
  assert.equal((await command.finished).code, 0)
})
